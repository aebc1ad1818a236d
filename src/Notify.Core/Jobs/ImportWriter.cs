using System.Text.Json;
using System.Text.Json.Serialization.Metadata;

namespace Notify.Core.Jobs;

/// <summary>
/// Stores the lines of an import in chunks while they arrive, so that no more than one chunk is in memory. A chunk is also small
/// enough for a document.
/// </summary>
internal sealed class ImportWriter<TItem>(
    Job job,
    JobDocuments documents,
    JsonTypeInfo<ImportChunk<TItem>> type,
    TimeProvider time
)
    where TItem : class
{
    /// <summary>The number of lines in a chunk, after which a job's progress is stored.</summary>
    private const int MaxLines = 100;

    /// <summary>The number of bytes in a chunk. It keeps a distance to the limit of a document, which is 1 MiB.</summary>
    private const int MaxBytes = 900_000;

    private int _chunks;

    /// <summary>Stores all lines, and returns the job, which is then ready to run.</summary>
    /// <exception cref="OperationCanceledException">The job was cancelled.</exception>
    public async ValueTask<StoredJob> ReceiveAsync(IAsyncEnumerable<ImportLine<TItem>> lines, CancellationToken cancellationToken)
    {
        var total = 0L;
        await foreach (var chunk in lines.Chunk(MaxLines).WithCancellation(cancellationToken).ConfigureAwait(false))
        {
            await SaveAsync(chunk, cancellationToken).ConfigureAwait(false);
            total += chunk.Length;
            await ChangeAsync(JobState.Receiving, total, cancellationToken).ConfigureAwait(false);
        }

        return await ChangeAsync(JobState.Waiting, total, cancellationToken).ConfigureAwait(false);
    }

    private async ValueTask SaveAsync(ImportLine<TItem>[] lines, CancellationToken cancellationToken)
    {
        var content = JsonSerializer.SerializeToUtf8Bytes(new ImportChunk<TItem>(lines), type);
        if (content.Length > MaxBytes)
        {
            var half = lines.Length / 2;
            await SaveAsync(half == 0 ? [Refuse(lines[0])] : lines[..half], cancellationToken).ConfigureAwait(false);
            if (half > 0)
                await SaveAsync(lines[half..], cancellationToken).ConfigureAwait(false);
            return;
        }

        await documents.SaveChunkAsync(job, _chunks, content, cancellationToken).ConfigureAwait(false);
        _chunks++;
    }

    private static ImportLine<TItem> Refuse(ImportLine<TItem> line) =>
        new()
        {
            Line = line.Line,
            Errors = [new FieldError("body", FieldErrorCodes.TooLarge, $"The limit for a line is {MaxBytes} bytes.")],
        };

    private async ValueTask<StoredJob> ChangeAsync(JobState state, long total, CancellationToken cancellationToken) =>
        await documents
            .ChangeAsync(
                job.Tenant,
                job.Id,
                stored =>
                    stored.Job.State == JobState.Receiving
                        ? stored with
                        {
                            Job = stored.Job with { State = state, Total = total },
                            Chunks = _chunks,
                            ChangedAt = time.GetUtcNow(),
                        }
                        : null,
                cancellationToken
            )
            .ConfigureAwait(false)
        ?? throw new OperationCanceledException("The job was cancelled.");
}
