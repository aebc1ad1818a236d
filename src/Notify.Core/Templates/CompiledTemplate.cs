using System.Globalization;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Unicode;
using Fluid;
using Fluid.Values;

namespace Notify.Core.Templates;

/// <summary>A parsed version of a template. HTML texts encode their variables; other texts do not.</summary>
internal sealed class CompiledTemplate
{
    private static readonly HtmlEncoder Html = HtmlEncoder.Create(UnicodeRanges.All);
    private static readonly FieldError NoVariant = new(
        "template",
        FieldErrorCodes.NotFound,
        "The template has no variant for these channels."
    );
    private static readonly JsonElement NoData = JsonDocument.Parse("{}").RootElement;

    private readonly string _name;
    private readonly CompiledVariant[] _variants;

    /// <summary>The variants without their texts, for <see cref="ContentSelector"/>.</summary>
    private readonly ContentVariant[] _selectable;

    private CompiledTemplate(Template template, TemplateParts parts, CompiledVariant[] variants)
    {
        (_name, Version, SavedAt, Parts, _variants) = (template.Name, template.Version, template.SavedAt, parts, variants);
        _selectable = [.. variants.Select(variant => new ContentVariant(variant.Channel, variant.Locale, new Content()))];
        ShowsDates = variants.Any(variant => variant.ShowsDates);
        IsPersonal = variants.Any(variant => variant.UsesRecipient);
    }

    public int Version { get; }

    /// <summary>Gets the templates that this one renders.</summary>
    public TemplateParts Parts { get; }

    /// <summary>Gets whether the texts show dates, which depend on the recipient's time zone.</summary>
    public bool ShowsDates { get; }

    /// <summary>Gets whether a text uses <c>recipient</c>, so that the template is rendered for each recipient.</summary>
    public bool IsPersonal { get; }

    /// <summary>
    /// The time, in ticks, until which this process has asked the store to keep this version for digests. Read and written with
    /// <see cref="Volatile"/>.
    /// </summary>
    public long KeptUntil;

    /// <summary>
    /// Gets when the version was saved. It distinguishes versions with the same number, which exist if a template was deleted and
    /// saved again.
    /// </summary>
    public DateTimeOffset SavedAt { get; }

    /// <summary>
    /// Parses a template. Returns null, and adds to <paramref name="errors"/>, if it is not valid Liquid or exceeds a limit.
    /// </summary>
    /// <param name="template">The template.</param>
    /// <param name="parts">The templates that it renders; null to check only the template itself.</param>
    /// <param name="limits">The limits.</param>
    /// <param name="errors">Receives the errors.</param>
    public static CompiledTemplate? Compile(
        Template template,
        TemplateParts? parts,
        TemplateLimits limits,
        List<FieldError> errors
    )
    {
        if (template.Variants is not { Count: > 0 } variants || variants.Count > limits.MaxVariants)
        {
            errors.Add(
                new FieldError(
                    "variants",
                    template.Variants is not { Count: > 0 } ? FieldErrorCodes.Required : FieldErrorCodes.TooMany,
                    $"Use 1 to {limits.MaxVariants} variants."
                )
            );
            return null;
        }

        var before = errors.Count;
        var compiled = new CompiledVariant[variants.Count];
        for (var i = 0; i < compiled.Length; i++)
        {
            compiled[i] = new CompiledVariant(
                i,
                variants[i],
                template.Track,
                CompileText(i, TextKind.Title),
                CompileText(i, TextKind.Body),
                CompileText(i, TextKind.Html),
                CompiledInbox.Compile(
                    $"variants[{i}].inbox",
                    variants[i].Inbox,
                    (field, source) => Parse(field, source, limits, errors),
                    errors
                )
            );
        }

        return errors.Count == before ? new CompiledTemplate(template, parts ?? TemplateParts.None, compiled) : null;

        CompiledText? CompileText(int index, TextKind kind)
        {
            var field = $"variants[{index}].{kind.ToString().ToLowerInvariant()}";
            if (Parse(field, TemplateParts.GetSource(variants[index], kind), limits, errors) is not { } parsed)
                return null;
            return parts is null
                ? new CompiledText(parsed, TemplateParts.NoTexts, null)
                : parts.Combine(field, parsed, kind, variants[index], template.Layout, errors);
        }
    }

    /// <summary>Renders the requested variants. If it adds errors, the returned contents are incomplete.</summary>
    public IReadOnlyList<ContentVariant> Render(RenderRequest request, RenderBudget budget, List<FieldError> errors)
    {
        var model = CreateModel(request);
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

            // A zone that exceeds the budget is left out, and its recipients see UTC.
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
            errors.Add(NoVariant);
        return contents.All;
    }

    /// <summary>Finds the index of the variant for a recipient; -1 if there is none.</summary>
    public int FindVariant(Channel channel, string? locale) => ContentSelector.Find(_selectable, channel, locale, timeZone: null);

    /// <summary>Renders one variant.</summary>
    public ContentVariant RenderVariant(int index, TemplateRendering rendering) => _variants[index].Render(rendering, Html);

    /// <summary>
    /// Tries a template that is rendered for each recipient, to find the variables that the data lacks for any recipient.
    /// </summary>
    public void Try(RenderRequest request, RenderBudget budget, List<FieldError> errors)
    {
        var used = _variants.Where(variant => request.IsUsed(variant.Channel)).ToArray();
        if (used.Length == 0)
            errors.Add(NoVariant);
        if (!request.HasSubscribers)
            return;

        // With the properties of a real recipient, a text that fails here may succeed, and a member that is looked up by one of
        // them may exist. The path of such a member ends without its name.
        var missing = used.SelectMany(variant =>
        {
            var rendering = new TemplateRendering(CreateModel(request), budget, TimeZoneInfo.Utc, request.Time);
            variant.Render(rendering, Html);
            return rendering.DescribeMissing(_name, request.IsDigest);
        });
        errors.AddRange(missing.Where(error => !error.Field.EndsWith('.')).DistinctBy(error => error.Field));
    }

    private static DataObject CreateModel(RenderRequest request)
    {
        var data = request.Data is { ValueKind: JsonValueKind.Object } given ? given : NoData;
        var model = new DataObject(request.IsDigest ? DigestData.FromEvent(data) : data, "");
        return request.Recipient is { } recipient ? model.With(RecipientModel.Variable, recipient) : model;
    }

    // The rendered contents are in the order of the used variants.
    private IEnumerable<FieldError> FindContentErrors(RenderRequest request, List<ContentVariant> rendered)
    {
        if (request.Check is not { } check)
            yield break;

        var used = _variants.Where(variant => request.IsUsed(variant.Channel)).ToArray();
        for (var i = 0; i < used.Length; i++)
        {
            foreach (var error in check(rendered[i], channel => IsFor(used[i], channel)))
                yield return new FieldError("template", error.Code, $"variants[{used[i].Index}].{error.Field}: {error.Message}");
        }
    }

    // A channel uses the variant for all channels only if the language has no variant for this channel.
    private bool IsFor(CompiledVariant variant, Channel channel) =>
        variant.Channel == channel
        || (
            variant.Channel is null
            && !_variants.Any(other =>
                other.Channel == channel && string.Equals(other.Locale, variant.Locale, StringComparison.OrdinalIgnoreCase)
            )
        );

    private static ParsedText? Parse(string field, string? source, TemplateLimits limits, List<FieldError> errors)
    {
        if (source is null)
            return null;

        if (source.Length > limits.MaxSourceLength)
        {
            errors.Add(new FieldError(field, FieldErrorCodes.TooLong, $"Use at most {limits.MaxSourceLength:N0} characters."));
            return null;
        }

        var parsed = LiquidLanguage.Instance.Parse(source, limits.MaxNesting, out var error);
        if (parsed is null)
            errors.Add(new FieldError(field, FieldErrorCodes.TemplateInvalid, error.ToString()));
        return parsed;
    }

    private sealed class CompiledVariant(
        int index,
        TemplateVariant variant,
        bool? track,
        CompiledText? title,
        CompiledText? body,
        CompiledText? html,
        CompiledInbox? inbox
    )
    {
        private readonly CompiledText[] _texts =
        [
            .. ((CompiledText?[])[title, body, html]).OfType<CompiledText>(),
            .. inbox?.Texts ?? [],
        ];

        private readonly CultureInfo _culture = GetCulture(variant.Locale);

        public int Index => index;

        public Channel? Channel => variant.Channel;

        public string? Locale => variant.Locale;

        public bool ShowsDates => Array.Exists(_texts, text => text.ShowsDates);

        public bool UsesRecipient => Array.Exists(_texts, text => text.UsesRecipient);

        public ContentVariant Render(TemplateRendering rendering, TextEncoder htmlEncoder) =>
            new(
                variant.Channel,
                variant.Locale,
                new Content
                {
                    Title = rendering.RenderLine($"variants[{index}].title", title, NullEncoder.Default, _culture),
                    Body = rendering.Render($"variants[{index}].body", body, NullEncoder.Default, _culture),
                    Html = rendering.Render($"variants[{index}].html", html, htmlEncoder, _culture),
                    Inbox = inbox?.Render(rendering, _culture),
                    Track = track,
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
                // The system has no data for languages, or does not know this one.
                return CultureInfo.InvariantCulture;
            }
        }
    }
}

/// <summary>A request to render a template.</summary>
/// <param name="Data">The variables; null for none.</param>
/// <param name="IsDigest">Whether the data is one event of a digest.</param>
/// <param name="Zones">The time zones to render dates in.</param>
/// <param name="IsUsed">Determines whether the variants of a channel are requested.</param>
/// <param name="Time">The clock.</param>
/// <param name="Check">
/// Finds the errors of a rendered variant, given whether a channel uses it in its language; null to skip the check.
/// </param>
/// <param name="Recipient">The value of <c>recipient</c>; null if it is unknown and must not be used.</param>
internal sealed record RenderRequest(
    JsonElement? Data,
    bool IsDigest,
    IReadOnlyList<RenderZone> Zones,
    Func<Channel?, bool> IsUsed,
    TimeProvider Time,
    Func<ContentVariant, Func<Channel, bool>, IEnumerable<FieldError>>? Check = null,
    FluidValue? Recipient = null
)
{
    /// <summary>Gets whether subscribers of topics are among the recipients.</summary>
    public bool HasSubscribers { get; init; }

    /// <summary>Creates the request of a trigger, for the variants that its channels may use.</summary>
    public static RenderRequest From(
        Trigger trigger,
        IReadOnlyList<RenderZone> zones,
        TimeProvider time,
        Func<ContentVariant, Func<Channel, bool>, IEnumerable<FieldError>>? check
    ) => new(trigger.DataElement, trigger.Digest is not null, zones, channel => MayUse(trigger, channel), time, check);

    private static bool MayUse(Trigger trigger, Channel? variantChannel) =>
        variantChannel is not { } channel
        || trigger.Channels is null
        || trigger.Channels.Contains(channel)
        || trigger.Fallback?.Any(step => step?.Channel == channel) == true;
}
