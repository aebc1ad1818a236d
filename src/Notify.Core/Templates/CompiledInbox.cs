using System.Globalization;
using Fluid;

namespace Notify.Core.Templates;

/// <summary>
/// The parsed inbox fields of a variant. A URL or a button whose text is empty with the data is left out, so a template can show
/// it only to some. The rules for contents check the rendered URLs.
/// </summary>
internal sealed class CompiledInbox
{
    private readonly string _field;
    private readonly CompiledText? _url;
    private readonly CompiledText? _imageUrl;
    private readonly (CompiledText Label, CompiledText Url)[] _actions;

    private CompiledInbox(
        string field,
        CompiledText? url,
        CompiledText? imageUrl,
        (CompiledText Label, CompiledText Url)[] actions
    ) => (_field, _url, _imageUrl, _actions) = (field, url, imageUrl, actions);

    /// <summary>Gets all texts.</summary>
    public IEnumerable<CompiledText> Texts =>
        [
            .. _url is null ? [] : (CompiledText[])[_url],
            .. _imageUrl is null ? [] : (CompiledText[])[_imageUrl],
            .. _actions.SelectMany(action => (CompiledText[])[action.Label, action.Url]),
        ];

    /// <summary>Parses the fields. Returns null if there are none, or if it adds errors.</summary>
    /// <param name="field">The field of the inbox.</param>
    /// <param name="inbox">The fields.</param>
    /// <param name="parse">Parses a text; returns null if it adds an error.</param>
    /// <param name="errors">Receives the errors.</param>
    public static CompiledInbox? Compile(
        string field,
        InboxContent? inbox,
        Func<string, string, ParsedText?> parse,
        List<FieldError> errors
    )
    {
        if (inbox is null)
            return null;

        var before = errors.Count;
        var url = Parse($"{field}.url", inbox.Url);
        var imageUrl = Parse($"{field}.imageUrl", inbox.ImageUrl);
        var actions = new List<(CompiledText, CompiledText)>();
        if (inbox.Actions?.Count > InboxContent.MaxActions)
            errors.Add(
                new FieldError($"{field}.actions", FieldErrorCodes.TooMany, $"Use at most {InboxContent.MaxActions} actions.")
            );
        for (var i = 0; i < Math.Min(inbox.Actions?.Count ?? 0, InboxContent.MaxActions); i++)
        {
            var label = Require($"{field}.actions[{i}].label", inbox.Actions![i]?.Label);
            var target = Require($"{field}.actions[{i}].url", inbox.Actions[i]?.Url);
            if (label is not null && target is not null)
                actions.Add((label, target));
        }

        return errors.Count > before ? null : new CompiledInbox(field, url, imageUrl, [.. actions]);

        CompiledText? Require(string name, string? source)
        {
            if (string.IsNullOrWhiteSpace(source))
            {
                errors.Add(new FieldError(name, FieldErrorCodes.Required, "A button needs a label and a URL."));
                return null;
            }

            return Parse(name, source);
        }

        CompiledText? Parse(string name, string? source)
        {
            if (source is null || parse(name, source) is not { } parsed)
                return null;
            if (parsed.Parts.Count == 0)
                return new CompiledText(parsed, TemplateParts.NoTexts, null);

            errors.Add(new FieldError(name, FieldErrorCodes.NotAllowed, "A text of the inbox must not render another template."));
            return null;
        }
    }

    public InboxContent Render(TemplateRendering rendering, CultureInfo culture)
    {
        var actions = new List<InboxAction>();
        for (var i = 0; i < _actions.Length; i++)
        {
            var label = RenderLine($"actions[{i}].label", _actions[i].Label);
            var url = RenderLine($"actions[{i}].url", _actions[i].Url);
            if (label is not null && url is not null)
                actions.Add(new InboxAction { Label = label, Url = url });
        }

        return new InboxContent
        {
            Url = RenderLine("url", _url),
            ImageUrl = RenderLine("imageUrl", _imageUrl),
            Actions = actions.Count == 0 ? null : actions,
        };

        string? RenderLine(string name, CompiledText? text) =>
            rendering.RenderLine($"{_field}.{name}", text, NullEncoder.Default, culture) is { Length: > 0 } line ? line : null;
    }
}
