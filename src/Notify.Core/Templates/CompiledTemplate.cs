using System.Globalization;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Unicode;
using Fluid;
using Fluid.Parser;
using Notify.Planning;

namespace Notify.Templates;

/// <summary>A version of a template, parsed once. HTML parts encode their variables; text parts do not.</summary>
internal sealed class CompiledTemplate
{
    private static readonly HtmlEncoder Html = HtmlEncoder.Create(UnicodeRanges.All);
    private static readonly JsonElement NoData = JsonDocument.Parse("{}").RootElement;

    private readonly string _name;
    private readonly CompiledVariant[] _variants;

    private CompiledTemplate(Template template, CompiledVariant[] variants)
    {
        (_name, Version, SavedAt, _variants) = (template.Name, template.Version, template.SavedAt, variants);
    }

    public int Version { get; }

    /// <summary>Tells a version from one of the same number that was saved after the template had been deleted.</summary>
    public DateTimeOffset SavedAt { get; }

    /// <summary>Parses a template; null, and <paramref name="errors"/> has the reasons, when it is not Liquid or exceeds a limit.</summary>
    public static CompiledTemplate? Compile(Template template, TemplateLimits limits, List<FieldError> errors)
    {
        if (template.Variants is not { Count: > 0 } variants || variants.Count > limits.MaxVariants)
        {
            errors.Add(new FieldError("variants", $"Give 1 to {limits.MaxVariants} variants."));
            return null;
        }

        var before = errors.Count;
        var compiled = new CompiledVariant[variants.Count];
        for (var i = 0; i < compiled.Length; i++)
        {
            compiled[i] = new CompiledVariant(
                i,
                variants[i],
                Parse($"variants[{i}].title", variants[i].Title, limits, errors),
                Parse($"variants[{i}].body", variants[i].Body, limits, errors),
                Parse($"variants[{i}].html", variants[i].Html, limits, errors)
            );
        }

        return errors.Count == before ? new CompiledTemplate(template, compiled) : null;
    }

    /// <summary>Renders every variant that the trigger may use. When it adds errors, what it returns is of no use.</summary>
    public IReadOnlyList<ContentVariant> Render(
        Trigger trigger,
        TimeZoneInfo zone,
        TemplateLimits limits,
        TimeProvider time,
        List<FieldError> errors,
        CancellationToken cancellationToken
    )
    {
        var data = trigger.DataElement is { ValueKind: JsonValueKind.Object } given ? given : NoData;
        var rendering = new TemplateRendering(
            new DataObject(trigger.Digest is null ? data : DigestData.Of(data), ""),
            new RenderBudget(limits, time, cancellationToken),
            zone,
            time
        );
        var contents = new List<ContentVariant>(_variants.Length);
        foreach (var variant in _variants.Where(variant => MayBeUsed(variant.Channel, trigger)))
        {
            contents.Add(new ContentVariant(variant.Channel, variant.Locale, variant.Render(rendering, Html)));
            if (rendering.Failure is not null)
                break;
        }

        errors.AddRange(rendering.DescribeErrors(_name, trigger.Digest is not null));
        if (contents.Count == 0)
            errors.Add(new FieldError("template", "The template has no variant for these channels."));
        return contents;
    }

    private static bool MayBeUsed(Channel? of, Trigger trigger) =>
        of is not { } channel
        || trigger.Channels is null
        || trigger.Channels.Contains(channel)
        || trigger.Fallback?.Any(step => step?.Channel == channel) == true;

    private static FluidTemplate? Parse(string field, string? source, TemplateLimits limits, List<FieldError> errors)
    {
        if (source is null)
            return null;

        if (source.Length > limits.MaxSourceLength)
        {
            errors.Add(new FieldError(field, $"Use at most {limits.MaxSourceLength:N0} characters."));
            return null;
        }

        var parsed = LiquidLanguage.Instance.Parse(source, limits.MaxNesting, out var error);
        if (parsed is null)
            errors.Add(new FieldError(field, error.ToString()));
        return parsed;
    }

    private sealed class CompiledVariant(
        int index,
        TemplateVariant variant,
        FluidTemplate? title,
        FluidTemplate? body,
        FluidTemplate? html
    )
    {
        private readonly CultureInfo _culture = GetCulture(variant.Locale);

        public Channel? Channel => variant.Channel;

        public string? Locale => variant.Locale;

        public Content Render(TemplateRendering rendering, TextEncoder htmlEncoder) =>
            new()
            {
                Title = rendering.RenderLine($"variants[{index}].title", title, NullEncoder.Default, _culture),
                Body = rendering.Render($"variants[{index}].body", body, NullEncoder.Default, _culture),
                Html = rendering.Render($"variants[{index}].html", html, htmlEncoder, _culture),
            };

        private static CultureInfo GetCulture(string? locale)
        {
            try
            {
                return locale is null ? CultureInfo.InvariantCulture : new CultureInfo(locale);
            }
            catch (CultureNotFoundException)
            {
                // A system without the data of languages, or a tag that it does not know.
                return CultureInfo.InvariantCulture;
            }
        }
    }
}
