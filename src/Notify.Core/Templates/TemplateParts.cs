namespace Notify.Core.Templates;

/// <summary>
/// The templates that a template renders by name, directly or through others, and its layout. A part contributes the text of the
/// same kind, from its variant for the channel and the language of the text that renders it.
/// </summary>
internal sealed class TemplateParts(IReadOnlyDictionary<string, Template> templates, TemplateLimits limits)
{
    private readonly Dictionary<(string Name, int Variant, TextKind Kind), ParsedText?> _parsed = [];

    /// <summary>Gets the texts of a template that renders no other.</summary>
    public static IReadOnlyDictionary<string, ParsedText> NoTexts { get; } = new Dictionary<string, ParsedText>();

    /// <summary>Gets the parts of a template that has none.</summary>
    public static TemplateParts None { get; } = new(new Dictionary<string, Template>(), new TemplateLimits());

    /// <summary>Gets the versions of the parts, by name.</summary>
    public IReadOnlyDictionary<string, (int Version, DateTimeOffset SavedAt)> Versions { get; } =
        templates.ToDictionary(part => part.Key, part => (part.Value.Version, part.Value.SavedAt), StringComparer.Ordinal);

    /// <summary>Determines whether the parts are still the same versions.</summary>
    public bool AreSame(TemplateParts other) =>
        Versions.Count == other.Versions.Count
        && Versions.All(part => other.Versions.TryGetValue(part.Key, out var version) && version == part.Value);

    /// <summary>
    /// Combines a text with its parts and its layout. Adds errors, and returns null, if a part has no such text.
    /// </summary>
    public CompiledText? Combine(
        string field,
        ParsedText source,
        TextKind kind,
        TemplateVariant variant,
        string? layout,
        List<FieldError> errors
    )
    {
        var around = layout is null || kind == TextKind.Title ? null : Find(layout, kind, variant);
        if (source.Parts.Count == 0 && around is null)
            return new CompiledText(source, NoTexts, null);

        var texts = new Dictionary<string, ParsedText>(StringComparer.Ordinal);
        var waiting = new Queue<string>([.. source.Parts, .. around?.Parts ?? []]);
        while (waiting.TryDequeue(out var name))
        {
            if (texts.ContainsKey(name))
                continue;
            if (Find(name, kind, variant) is not { } text)
            {
                errors.Add(
                    new FieldError(
                        field,
                        FieldErrorCodes.TemplateInvalid,
                        $"The template '{name}', which this text renders, has no such text for this channel and language."
                    )
                );
                return null;
            }

            texts.Add(name, text);
            foreach (var inner in text.Parts)
                waiting.Enqueue(inner);
        }

        return new CompiledText(source, texts, around is null ? null : new LayoutText(layout!, around));
    }

    // A title is often rendered from a part that has only a body.
    private ParsedText? Find(string name, TextKind kind, TemplateVariant variant)
    {
        if (!templates.TryGetValue(name, out var part))
            return null;

        var selectable = part.Variants.Select(one => new ContentVariant(one.Channel, one.Locale, new Content())).ToArray();
        var index = ContentSelector.Find(selectable, variant.Channel, variant.Locale, timeZone: null);
        if (index < 0)
            return null;
        return Parse(name, index, kind) ?? (kind == TextKind.Title ? Parse(name, index, TextKind.Body) : null);
    }

    private ParsedText? Parse(string name, int index, TextKind kind)
    {
        if (_parsed.TryGetValue((name, index, kind), out var known))
            return known;

        var variant = templates[name].Variants[index];
        var source = GetSource(variant, kind);
        // It was valid when it was saved. The limits may have changed since.
        var parsed = source is null ? null : LiquidLanguage.Instance.Parse(source, limits.MaxNesting, out _);
        return _parsed[(name, index, kind)] = parsed;
    }

    public static string? GetSource(TemplateVariant variant, TextKind kind) =>
        kind switch
        {
            TextKind.Title => variant.Title,
            TextKind.Body => variant.Body,
            _ => variant.Html,
        };
}
