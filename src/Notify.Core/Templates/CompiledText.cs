namespace Notify.Core.Templates;

/// <summary>A text of a variant, with the texts of the templates that it renders and of its layout.</summary>
/// <param name="Source">The text.</param>
/// <param name="Parts">The texts that are rendered by name, for the channel and language of the variant.</param>
/// <param name="Layout">The text around it; null without one.</param>
internal sealed record CompiledText(ParsedText Source, IReadOnlyDictionary<string, ParsedText> Parts, LayoutText? Layout)
{
    public bool ShowsDates => All.Any(text => text.ShowsDates);

    public bool UsesRecipient => All.Any(text => text.UsesRecipient);

    private IEnumerable<ParsedText> All => [Source, .. Parts.Values, .. Layout is null ? [] : (ParsedText[])[Layout.Source]];
}

/// <summary>The text of a layout, which shows the text of the template as <c>content</c>.</summary>
internal sealed record LayoutText(string Name, ParsedText Source)
{
    /// <summary>The variable that is the text of the template.</summary>
    public const string Content = "content";
}

/// <summary>A text of a variant.</summary>
internal enum TextKind
{
    Title,
    Body,
    Html,
}
