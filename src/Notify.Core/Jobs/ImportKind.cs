using System.Text.Json.Serialization.Metadata;

namespace Notify.Core.Jobs;

/// <summary>Saves the items of an import, a chunk per step.</summary>
/// <typeparam name="TItem">The type of the items.</typeparam>
internal abstract class ImportKind<TItem>(JobDocuments documents, JsonTypeInfo<ImportChunk<TItem>> chunks) : IJobKind
    where TItem : class
{
    private const int MaxConcurrent = 16;
    private const int MaxErrors = 10;
    private const int MaxNameLength = 256;
    private const int MaxMessageLength = 500;

    public abstract string Kind { get; }

    public async ValueTask<JobStep> RunAsync(StoredJob job, CancellationToken cancellationToken)
    {
        if (job.NextStep >= job.Chunks)
            return new JobStep { IsLast = true };

        var chunk = await documents.FindChunkAsync(job.Job, job.NextStep, chunks, cancellationToken).ConfigureAwait(false)
            ?? throw new InvalidOperationException("A chunk of the job does not exist.");
        return new JobStep
        {
            Done = chunk.Lines.Count,
            Errors = await SaveAsync(job.Job, chunk.Lines, cancellationToken).ConfigureAwait(false),
        };
    }

    /// <summary>Saves an item. Saving it again changes nothing.</summary>
    /// <exception cref="InvalidRequestException">The item is invalid.</exception>
    protected abstract ValueTask SaveAsync(Job job, TItem item, CancellationToken cancellationToken);

    /// <summary>Returns the ID of an item for the list of errors.</summary>
    protected abstract string GetId(TItem item);

    /// <summary>
    /// Returns what only one item can have. Items that share such a key are saved in their order, so the last wins.
    /// </summary>
    protected abstract IEnumerable<string> GetKeys(TItem item);

    private async ValueTask<IReadOnlyList<JobLineError>> SaveAsync(
        Job job,
        IReadOnlyList<ImportLine<TItem>> lines,
        CancellationToken cancellationToken
    )
    {
        var errors = new JobLineError?[lines.Count];
        var options = new ParallelOptions
        {
            MaxDegreeOfParallelism = HaveCommonKeys(lines) ? 1 : MaxConcurrent,
            CancellationToken = cancellationToken,
        };
        await Parallel
            .ForEachAsync(Enumerable.Range(0, lines.Count), options, async (index, cancelled) =>
                errors[index] = await TrySaveAsync(job, lines[index], cancelled).ConfigureAwait(false)
            )
            .ConfigureAwait(false);
        return [.. errors.OfType<JobLineError>()];
    }

    private bool HaveCommonKeys(IReadOnlyList<ImportLine<TItem>> lines)
    {
        var seen = new HashSet<string>(StringComparer.Ordinal);
        return lines.SelectMany(line => line.Item is { } item ? GetKeys(item) : []).Any(key => !seen.Add(key));
    }

    private async ValueTask<JobLineError?> TrySaveAsync(Job job, ImportLine<TItem> line, CancellationToken cancellationToken)
    {
        var id = line.Item is { } known ? GetId(known) : null;
        if (line.Item is not { } item || line.Errors.Count > 0)
            return CreateError(line, id, line.Errors);

        try
        {
            await SaveAsync(job, item, cancellationToken).ConfigureAwait(false);
            return null;
        }
        catch (InvalidRequestException exception)
        {
            return CreateError(line, id, exception.Errors);
        }
    }

    // A hostile line can have a hundred thousand errors, and an error can quote a megabyte.
    private static JobLineError CreateError(ImportLine<TItem> line, string? id, IReadOnlyList<FieldError> errors) =>
        new(
            line.Line,
            Shorten(id, MaxNameLength),
            [
                .. errors
                    .Take(MaxErrors)
                    .Select(error => new FieldError(
                        Shorten(error.Field, MaxNameLength)!,
                        error.Code,
                        Shorten(error.Message, MaxMessageLength)!
                    )),
            ]
        );

    private static string? Shorten(string? text, int length) => text?.Length > length ? $"{text.AsSpan(0, length)}…" : text;
}
