using System.Globalization;
using System.Text.Encodings.Web;
using Fluid.Values;
using Parlot;

namespace Notify.Core.Templates;

/// <summary>The rendering of a template's texts in one time zone, with one budget, and its errors.</summary>
internal sealed class TemplateRendering(DataObject data, RenderBudget budget, TimeZoneInfo zone, TimeProvider time)
{
    private readonly SortedDictionary<string, string> _missing = new(StringComparer.Ordinal);

    /// <summary>Gets the reason why the rendering failed; null while it may continue.</summary>
    public string? Failure { get; private set; }

    /// <summary>
    /// Renders a title, or a URL or a label. Line breaks around it come from the template's tags and are removed. One within a
    /// title would start another header of an email, so it is an error.
    /// </summary>
    public string? RenderLine(string field, CompiledText? source, TextEncoder encoder, CultureInfo culture)
    {
        var line = Render(field, source, encoder, culture)?.Trim();
        if (line.AsSpan().ContainsAny('\r', '\n'))
            Failure ??= $"{field}: With this data, the text contains a line break.";
        return line;
    }

    /// <summary>Renders a text; returns null if there is none or the rendering has failed.</summary>
    public string? Render(string field, CompiledText? text, TextEncoder encoder, CultureInfo culture)
    {
        if (text is null || Failure is not null)
            return null;

        // A text and its layout share the steps of one text.
        var isBegun = false;
        var rendered = RenderOne(field, text.Source, content: null);
        if (text.Layout is { } layout && Failure is null)
            rendered = RenderOne($"{field}, layout '{layout.Name}'", layout.Source, rendered);
        return Finish(rendered);

        string RenderOne(string place, ParsedText source, string? content)
        {
            var context = new RenderContext(data, budget, encoder, new RenderPlace(culture, zone), time, text.Parts);
            // It is already encoded.
            if (content is not null)
                context.SetValue(LayoutText.Content, new StringValue(content, encode: false));
            using var writer = new BoundedWriter(budget);
            try
            {
                if (!isBegun)
                    budget.BeginText();
                isBegun = true;
                // A template never waits for I/O, so the task is already complete.
                source.Source.RenderAsync(writer, encoder, context).AsTask().GetAwaiter().GetResult();
            }
            catch (RenderException exception)
            {
                Failure = $"{Describe(place, context.Position)}: {exception.Message}";
            }
            catch (Exception exception) when (exception is not OperationCanceledException and not OutOfMemoryException)
            {
                // Fluid's messages may contain data.
                Failure = $"{Describe(place, context.Position)}: The template cannot be rendered with this data.";
            }

            foreach (var (path, position, part) in context.Missing)
                _missing.TryAdd(path, Describe(part is null ? place : $"{place}, in '{part}'", position));
            return writer.ToString();
        }
    }

    /// <summary>Gets the errors of all texts: each missing variable, and the failure that ended the rendering.</summary>
    public IEnumerable<FieldError> DescribeErrors(string template, bool isDigest) =>
        Failure is null
            ? DescribeMissing(template, isDigest)
            : DescribeMissing(template, isDigest).Append(new FieldError("template", FieldErrorCodes.TemplateFailed, Failure));

    /// <summary>Gets an error for each missing variable.</summary>
    public IEnumerable<FieldError> DescribeMissing(string template, bool isDigest)
    {
        foreach (var (path, place) in _missing)
            yield return new FieldError(
                IsOfRecipient(path) ? path : $"data.{(isDigest ? StripEvent(path) : path)}",
                FieldErrorCodes.Required,
                $"The template '{template}' needs this variable ({place})."
            );
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

    private static bool IsOfRecipient(string path) =>
        path.StartsWith(RecipientModel.Variable, StringComparison.Ordinal)
        && (path.Length == RecipientModel.Variable.Length || path[RecipientModel.Variable.Length] is '.' or '[');

    private static string Describe(string field, TextPosition? position) =>
        position is { } at ? $"{field}, line {at.Line}, column {at.Column}" : field;

    // A trigger that a digest collects is validated as the only event of a digest.
    private static string StripEvent(string path) => path.StartsWith("events[0].", StringComparison.Ordinal) ? path[10..] : path;
}
