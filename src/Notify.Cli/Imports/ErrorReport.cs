using System.Text.Json;
using Notify.Cli.Output;

namespace Notify.Cli.Imports;

/// <summary>The lines of a file that were refused, as NDJSON in a file, and the first ones on the standard error.</summary>
internal sealed class ErrorReport(string path, string imported, Report report)
{
    private const int MaxShown = 20;

    private int _shown;

    /// <summary>Gets the path.</summary>
    public string Path { get; } = path;

    /// <summary>Removes what was written after the last part that is done, so that no line is listed twice.</summary>
    public void Truncate(long length)
    {
        if (length == 0)
            File.Delete(Path);
        else
        {
            using var stream = new FileStream(Path, FileMode.Open);
            stream.SetLength(length);
        }
    }

    /// <summary>Adds the refused lines of a part.</summary>
    /// <returns>The length of the report.</returns>
    public async Task<long> AddAsync(
        IAsyncEnumerable<JobLineError> errors,
        Func<long, long> getLine,
        CancellationToken cancellationToken
    )
    {
        var stream = new FileStream(Path, FileMode.Append);
        await using (stream.ConfigureAwait(false))
        {
            await foreach (var error in errors.WithCancellation(cancellationToken).ConfigureAwait(false))
            {
                var view = LineErrorView.Create(error, getLine(error.Line));
                JsonSerializer.Serialize(stream, view, ImportJson.Default.LineErrorView);
                stream.WriteByte((byte)'\n');
                Show(view);
            }

            return stream.Length;
        }
    }

    private void Show(LineErrorView error)
    {
        if (_shown++ < MaxShown)
        {
            foreach (var field in error.Errors)
                report.WriteNote($"{imported}:{error.Line}: {field.Field}: {field.Message}");
        }
        else if (_shown == MaxShown + 1)
            report.WriteNote($"The other errors are in {Path}.");
    }
}

/// <summary>A line that was refused.</summary>
internal sealed record LineErrorView(long Line, string? Id, IReadOnlyList<FieldErrorView> Errors)
{
    public static LineErrorView Create(JobLineError error, long line) =>
        new(line, error.Id, [.. error.Errors.Select(field => new FieldErrorView(field.Field, field.Code, field.Message))]);
}
