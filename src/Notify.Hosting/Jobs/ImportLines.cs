using System.Runtime.CompilerServices;
using Microsoft.AspNetCore.Http;
using Microsoft.Net.Http.Headers;
using Notify.Hosting.Problems;
using Notify.Hosting.Requests;

namespace Notify.Hosting.Jobs;

/// <summary>
/// Reads the lines of an import while they arrive, so that the memory does not grow with their number. A line that is not valid
/// becomes one with errors, which does not stop the others.
/// </summary>
/// <param name="columns">The columns that a CSV file can have.</param>
/// <param name="read">Reads an item of a tenant.</param>
internal sealed class ImportLines<TItem>(CsvColumns columns, Func<JsonField, string, TItem> read)
    where TItem : class
{
    /// <summary>
    /// Begins to read the body of a request. The header of a CSV file is read and checked at once, before a job is created.
    /// </summary>
    /// <exception cref="InvalidRequestException">The header is invalid.</exception>
    public async ValueTask<IAsyncEnumerable<ImportLine<TItem>>> OpenAsync(HttpContext context, string tenant)
    {
        var limits = context.GetEndpoint()!.Metadata.GetRequiredMetadata<BodyLimits>();
        if (JsonLines.AreIn(context.Request))
            return ReadJsonAsync(context, limits, tenant, context.RequestAborted);

        var rows = CsvRows.Open(context, limits);
        try
        {
            await rows.ReadHeaderAsync(columns, context.RequestAborted).ConfigureAwait(false);
        }
        catch
        {
            rows.Dispose();
            throw;
        }

        return ReadRowsAsync(rows, tenant, context.RequestAborted);
    }

    /// <summary>Returns whether the body is in one of the two formats.</summary>
    public static bool AreIn(HttpRequest request) => JsonLines.AreIn(request) || CsvRows.AreIn(request);

    private async IAsyncEnumerable<ImportLine<TItem>> ReadJsonAsync(
        HttpContext context,
        BodyLimits limits,
        string tenant,
        [EnumeratorCancellation] CancellationToken cancellationToken
    )
    {
        var lines = LineReader.Open(context, limits);
        while (await lines.ReadAsync(Task.CompletedTask, cancellationToken).ConfigureAwait(false) is { } batch)
        {
            using (batch)
            {
                foreach (var line in batch.Lines)
                    yield return line.IsTooLong
                        ? Refuse(line.Number, Problem.LineTooLarge(limits.MaxBytes), FieldErrorCodes.TooLarge)
                        : Parse(line.Number, line.Bytes, tenant);
            }
        }

        if (lines.IsTimedOut)
            throw BodyStream.CreateTimeout();
    }

    private async IAsyncEnumerable<ImportLine<TItem>> ReadRowsAsync(
        CsvRows rows,
        string tenant,
        [EnumeratorCancellation] CancellationToken cancellationToken
    )
    {
        using (rows)
        {
            while (await rows.ReadAsync(cancellationToken).ConfigureAwait(false))
                yield return rows.ToJson() is { } json
                    ? Parse(rows.Line, json, tenant)
                    : new ImportLine<TItem> { Line = rows.Line, Errors = [rows.Error!.Value] };
        }
    }

    private ImportLine<TItem> Parse(long number, ReadOnlyMemory<byte> json, string tenant)
    {
        if (!RequestBody.TryParse(json, out var document, out var refusal))
            return Refuse(number, refusal, FieldErrorCodes.Invalid);

        using (document)
        {
            var errors = new FieldErrors();
            var item = read(JsonField.Root(document.RootElement, errors), tenant);
            return new ImportLine<TItem>
            {
                Line = number,
                Item = errors.Any ? null : item,
                Errors = errors.All,
            };
        }
    }

    private static ImportLine<TItem> Refuse(long number, ProblemResult problem, string code) =>
        new() { Line = number, Errors = [new FieldError(JsonField.RootPath, code, $"{problem.Type.Title} {problem.Detail}")] };
}
