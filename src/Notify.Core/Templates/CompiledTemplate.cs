using System.Globalization;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Unicode;
using Fluid;

namespace Notify.Core.Templates;

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
        ShowsDates = variants.Any(variant => variant.ShowsDates);
    }

    public int Version { get; }

    /// <summary>Whether the texts show dates, which depend on the recipient's time zone.</summary>
    public bool ShowsDates { get; }

    /// <summary>Until when the store keeps this version for digests, as far as this process has asked for it, in ticks.</summary>
    public long KeptUntil;

    /// <summary>Tells a version from one of the same number that was saved after the template had been deleted.</summary>
    public DateTimeOffset SavedAt { get; }

    /// <summary>
    /// Parses a template; null, and <paramref name="errors"/> has the reasons, when it is not Liquid or exceeds a limit.
    /// </summary>
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

    /// <summary>Renders the variants that are asked for. When it adds errors, the contents it returns are incomplete.</summary>
    public IReadOnlyList<ContentVariant> Render(RenderRequest request, RenderBudget budget, List<FieldError> errors)
    {
        var data = request.Data is { ValueKind: JsonValueKind.Object } given ? given : NoData;
        var model = new DataObject(request.IsDigest ? DigestData.FromEvent(data) : data, "");
        var contents = new RenderedVariants(budget);
        var before = errors.Count;
        foreach (var zone in request.Zones)
        {
            var rendering = new TemplateRendering(model, budget, zone.Zone, request.Time);
            List<ContentVariant> rendered = [];
            foreach (var variant in _variants.Where(variant => request.IsUsed(variant.Channel)))
            {
                if (rendering.Failure is null)
                    rendered.Add(variant.Render(rendering, Html));
            }

            // What does not fit into the budget is left out: its recipients see UTC.
            if (zone.IsOptional && rendering.Failure is not null)
                break;

            contents.Add(zone.Key, rendered);
            errors.AddRange(rendering.DescribeErrors(_name, request.IsDigest));
            if (errors.Count == before)
                errors.AddRange(FindContentErrors(request, rendered));
            if (errors.Count > before)
                break;
        }

        if (contents.All.Count == 0 && errors.Count == before)
            errors.Add(new FieldError("template", "The template has no variant for these channels."));
        return contents.All;
    }

    // The rendered contents are those of the used variants, in their order.
    private IEnumerable<FieldError> FindContentErrors(RenderRequest request, List<ContentVariant> rendered)
    {
        if (request.Check is not { } check)
            yield break;

        var used = _variants.Where(variant => request.IsUsed(variant.Channel)).ToArray();
        for (var i = 0; i < used.Length; i++)
        {
            foreach (var error in check(rendered[i], IsForSms(used[i])))
                yield return new FieldError("template", $"variants[{used[i].Index}].{error.Field}: {error.Message}");
        }
    }

    // SMS gets the variant for all channels only where it has none of its own in the language.
    private bool IsForSms(CompiledVariant variant) =>
        variant.Channel == Channel.Sms
        || (
            variant.Channel is null
            && !_variants.Any(other =>
                other.Channel == Channel.Sms && string.Equals(other.Locale, variant.Locale, StringComparison.OrdinalIgnoreCase)
            )
        );

    private static ParsedText? Parse(string field, string? source, TemplateLimits limits, List<FieldError> errors)
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
        ParsedText? title,
        ParsedText? body,
        ParsedText? html
    )
    {
        private readonly CultureInfo _culture = GetCulture(variant.Locale);

        public int Index => index;

        public Channel? Channel => variant.Channel;

        public string? Locale => variant.Locale;

        public bool ShowsDates => title?.ShowsDates == true || body?.ShowsDates == true || html?.ShowsDates == true;

        public ContentVariant Render(TemplateRendering rendering, TextEncoder htmlEncoder) =>
            new(
                variant.Channel,
                variant.Locale,
                new Content
                {
                    Title = rendering.RenderLine($"variants[{index}].title", title, NullEncoder.Default, _culture),
                    Body = rendering.Render($"variants[{index}].body", body, NullEncoder.Default, _culture),
                    Html = rendering.Render($"variants[{index}].html", html, htmlEncoder, _culture),
                }
            );

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

/// <summary>What to render a template with, and for whom.</summary>
/// <param name="Data">The variables; null for none.</param>
/// <param name="IsDigest">Whether the data is one event of a digest.</param>
/// <param name="Zones">The recipients' time zones.</param>
/// <param name="IsUsed">Whether a variant's channel is asked for.</param>
/// <param name="Time">The clock.</param>
/// <param name="Check">
/// Finds what is wrong with a rendered variant, given whether SMS gets it in its language; null to look for nothing.
/// </param>
internal sealed record RenderRequest(
    JsonElement? Data,
    bool IsDigest,
    IReadOnlyList<RenderZone> Zones,
    Func<Channel?, bool> IsUsed,
    TimeProvider Time,
    Func<ContentVariant, bool, IEnumerable<FieldError>>? Check = null
)
{
    /// <summary>Creates the request of a trigger: only variants that its channels may use.</summary>
    public static RenderRequest From(
        Trigger trigger,
        IReadOnlyList<RenderZone> zones,
        TimeProvider time,
        Func<ContentVariant, bool, IEnumerable<FieldError>>? check
    ) => new(trigger.DataElement, trigger.Digest is not null, zones, of => MayUse(trigger, of), time, check);

    private static bool MayUse(Trigger trigger, Channel? of) =>
        of is not { } channel
        || trigger.Channels is null
        || trigger.Channels.Contains(channel)
        || trigger.Fallback?.Any(step => step?.Channel == channel) == true;
}
