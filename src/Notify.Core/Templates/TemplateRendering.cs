using System.Globalization;
using System.Text.Encodings.Web;
using Parlot;

namespace Notify.Core.Templates;

/// <summary>One rendering of a template's texts with the same data and one budget, and what went wrong.</summary>
internal sealed class TemplateRendering(DataObject data, RenderBudget budget, TimeZoneInfo zone, TimeProvider time)
{
    private readonly SortedDictionary<string, string> _missing = new(StringComparer.Ordinal);

    /// <summary>Why the rendering ended early; null while it may go on.</summary>
    public string? Failure { get; private set; }

    /// <summary>Renders a title: the line breaks around it are the tags' own, one within it would be a second header.</summary>
    public string? RenderLine(string field, ParsedText? source, TextEncoder encoder, CultureInfo culture)
    {
        var line = Render(field, source, encoder, culture)?.Trim();
        if (line.AsSpan().ContainsAny('\r', '\n'))
            Failure ??= $"{field}: Keep the title on one line; with this data it has a line break.";
        return line;
    }

    public string? Render(string field, ParsedText? source, TextEncoder encoder, CultureInfo culture)
    {
        if (source is null || Failure is not null)
            return null;

        var context = new RenderContext(data, budget, encoder, new RenderPlace(culture, zone), time);
        using var writer = new BoundedWriter(budget);
        try
        {
            budget.BeginText();
            // Nothing in a template waits: the task has ended when it comes back.
            source.Source.RenderAsync(writer, encoder, context).AsTask().GetAwaiter().GetResult();
        }
        catch (RenderException exception)
        {
            Failure = $"{Describe(field, context.Position)}: {exception.Message}";
        }
        catch (Exception exception) when (exception is not OperationCanceledException and not OutOfMemoryException)
        {
            // Fluid's messages may hold data.
            Failure = $"{Describe(field, context.Position)}: The template cannot be rendered with this data.";
        }

        foreach (var (path, position) in context.Missing)
            _missing.TryAdd(path, Describe(field, position));
        return Finish(writer.ToString());
    }

    /// <summary>The errors of all texts: each missing variable, and the one that ended the rendering.</summary>
    public IEnumerable<FieldError> DescribeErrors(string template, bool isDigest)
    {
        foreach (var (path, place) in _missing)
            yield return new FieldError(
                $"data.{(isDigest ? StripEvent(path) : path)}",
                $"The template '{template}' needs this variable ({place})."
            );
        if (Failure is not null)
            yield return new FieldError("template", Failure);
    }

    private string Finish(string text)
    {
        try
        {
            budget.Write(text.Length);
        }
        catch (RenderException exception)
        {
            Failure ??= exception.Message;
        }

        return text;
    }

    private static string Describe(string field, TextPosition? position) =>
        position is { } at ? $"{field}, line {at.Line}, column {at.Column}" : field;

    // A trigger that is collected is tried alone, as the first event.
    private static string StripEvent(string path) => path.StartsWith("events[0].", StringComparison.Ordinal) ? path[10..] : path;
}
