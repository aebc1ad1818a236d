using System.Globalization;
using System.Text.Json;
using Microsoft.Extensions.Options;
using Notify.Core.Providers;
using Notify.Core.Validation;
using Notify.Storage;

namespace Notify.Core.Templates;

/// <summary>Validates and previews templates, and saves them in the store.</summary>
internal sealed class TemplateCatalog(
    ITemplateStore templates,
    TemplatePartReader partReader,
    TemplateRenderer renderer,
    ProviderCatalog providers,
    IOptions<NotificationsOptions> options,
    TimeProvider time
) : ITemplateCatalog
{
    private static readonly PageRequest FirstPage = new();

    public async Task<Template?> FindAsync(
        string tenant,
        string name,
        int? version = null,
        CancellationToken cancellationToken = default
    )
    {
        ArgumentNullException.ThrowIfNull(tenant);
        ArgumentNullException.ThrowIfNull(name);
        return await templates.FindAsync(tenant, name, version, cancellationToken).ConfigureAwait(false);
    }

    public async Task<Page<TemplateSummary>> ListAsync(
        string tenant,
        PageRequest? page = null,
        CancellationToken cancellationToken = default
    )
    {
        ArgumentNullException.ThrowIfNull(tenant);
        page ??= FirstPage;
        NamePages.Check(page, mayHavePrefix: true);
        var found = await templates
            .ListAsync(tenant, page.Prefix, page.After, page.Limit + 1, cancellationToken)
            .ConfigureAwait(false);
        return NamePages.Take(found, page, template => template.Name);
    }

    public async Task<Page<VersionSummary>?> ListVersionsAsync(
        string tenant,
        string name,
        PageRequest? page = null,
        CancellationToken cancellationToken = default
    )
    {
        ArgumentNullException.ThrowIfNull(tenant);
        ArgumentNullException.ThrowIfNull(name);
        page ??= FirstPage;
        NamePages.Check(page, mayHavePrefix: false);
        var before = VersionPages.ReadAfter(page);
        var found = await templates
            .ListVersionsAsync(tenant, name, before, page.Limit + 1, cancellationToken)
            .ConfigureAwait(false);
        if (found.Count == 0 && await templates.FindAsync(tenant, name, null, cancellationToken).ConfigureAwait(false) is null)
            return null;

        return NamePages.Take(found, page, version => version.Version.ToString(CultureInfo.InvariantCulture));
    }

    public async Task<int> SaveAsync(Template template, CancellationToken cancellationToken = default)
    {
        var errors = new List<FieldError>(Validate(template));
        await CompileAsync(template, errors, cancellationToken).ConfigureAwait(false);
        InvalidRequestException.ThrowIfAny(errors);
        var newest = await templates.FindAsync(template.Tenant, template.Name, null, cancellationToken).ConfigureAwait(false);
        if (IsSame(newest, template))
            return newest!.Version;

        try
        {
            return await templates
                .SaveAsync(template with { SavedAt = time.GetUtcNow() }, options.Value.Templates.MaxVersions, cancellationToken)
                .ConfigureAwait(false);
        }
        finally
        {
            // A call that failed may have been carried out by the store.
            renderer.Forget(template.Tenant, template.Name);
        }
    }

    public async Task<bool> DeleteAsync(string tenant, string name, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(tenant);
        ArgumentNullException.ThrowIfNull(name);
        await RefuseIfUsedAsync(tenant, name, cancellationToken).ConfigureAwait(false);
        try
        {
            return await templates.DeleteAsync(tenant, name, cancellationToken).ConfigureAwait(false);
        }
        finally
        {
            renderer.Forget(tenant, name);
        }
    }

    public async Task<IReadOnlyList<ContentVariant>> PreviewAsync(
        Template template,
        TemplatePreview preview,
        CancellationToken cancellationToken = default
    )
    {
        ArgumentNullException.ThrowIfNull(template);
        ArgumentNullException.ThrowIfNull(preview);
        var errors = new List<FieldError>();
        Check(template, errors);
        var compiled = await CompileAsync(template, errors, cancellationToken).ConfigureAwait(false);
        LanguageTag.Check(errors, "locale", preview.Locale);
        TimeZoneName.Check(errors, "timeZone", preview.TimeZone);
        if (preview.DataElement is { ValueKind: not JsonValueKind.Object })
            errors.Add(
                new FieldError(
                    "data",
                    FieldErrorCodes.WrongType,
                    "Use an object whose properties are the variables of the template."
                )
            );
        if (preview.Recipient is { ValueKind: not JsonValueKind.Object })
            errors.Add(
                new FieldError("recipient", FieldErrorCodes.WrongType, "Use an object with the properties of a recipient.")
            );
        InvalidRequestException.ThrowIfAny(errors);

        // Renders on the thread pool, because the caller's thread may be one that shows a page.
        var request = new RenderRequest(
            preview.DataElement,
            IsDigest: false,
            [RenderZone.From(preview.TimeZone)],
            _ => true,
            time,
            Recipient: RecipientModel.Create(preview)
        );
        var budget = new RenderBudget(options.Value.Templates, time, cancellationToken);
        var contents = await Task.Run(() => compiled!.Render(request, budget, errors), cancellationToken).ConfigureAwait(false);
        InvalidRequestException.ThrowIfAny(errors);
        return preview.Locale is null ? contents : Choose(contents, preview);
    }

    public IReadOnlyList<FieldError> Validate(Template template)
    {
        ArgumentNullException.ThrowIfNull(template);
        var errors = new List<FieldError>();
        Check(template, errors);
        return errors;
    }

    private void Check(Template template, List<FieldError> errors)
    {
        Names.Check(errors, "tenant", template.Tenant);
        Names.Check(errors, "name", template.Name);
        // The variants are not checked if there are too many.
        if (template.Variants?.Count <= options.Value.Templates.MaxVariants)
            CheckVariants(errors, template.Variants);
        if (template.Layout is not null)
            Names.Check(errors, "layout", template.Layout);
        CompiledTemplate.Compile(template, parts: null, options.Value.Templates, errors);
    }

    // Compiles a template with those that it renders. Returns null only if there are errors.
    private async ValueTask<CompiledTemplate?> CompileAsync(
        Template template,
        List<FieldError> errors,
        CancellationToken cancellationToken
    )
    {
        if (errors.Count > 0)
            return null;

        var parts = await partReader.ReadAsync(template, errors, cancellationToken).ConfigureAwait(false);
        return errors.Count > 0 ? null : CompiledTemplate.Compile(template, parts, options.Value.Templates, errors);
    }

    // Reads every template of the tenant. Deletions are rare, and a template that renders a deleted one fails all its triggers.
    private async ValueTask RefuseIfUsedAsync(string tenant, string name, CancellationToken cancellationToken)
    {
        const int limit = 500;
        List<string> users = [];
        var after = "";
        while (true)
        {
            var page = await templates.ListAsync(tenant, "", after, limit, cancellationToken).ConfigureAwait(false);
            foreach (var summary in page.Where(summary => summary.Name != name))
            {
                var other = await templates.FindAsync(tenant, summary.Name, null, cancellationToken).ConfigureAwait(false);
                if (other is not null && partReader.Uses(other, name))
                    users.Add(summary.Name);
            }

            if (page.Count < limit)
                break;
            after = page[^1].Name;
        }

        if (users.Count > 0)
            throw new InvalidRequestException([
                new FieldError(
                    "name",
                    FieldErrorCodes.Conflict,
                    $"Other templates render this one: {string.Join(", ", users.Take(10))}. Change or delete them first."
                ),
            ]);
    }

    public IReadOnlyList<FieldWarning> FindWarnings(Template template)
    {
        ArgumentNullException.ThrowIfNull(template);
        return
        [
            .. (template.Variants ?? [])
                .Index()
                .Where(variant => variant.Item.Channel is { } channel && !providers.Serves(channel))
                .Select(variant => new FieldWarning
                {
                    Field = $"variants[{variant.Index}].channel",
                    Code = FieldWarning.NoChannel,
                    Message = $"No provider of this application sends over {variant.Item.Channel}. The variant is saved.",
                }),
        ];
    }

    private static IReadOnlyList<ContentVariant> Choose(IReadOnlyList<ContentVariant> contents, TemplatePreview preview) =>
        [
            .. contents
                .Select(content => content.Channel)
                .Distinct()
                .Select(channel => ContentSelector.Find(contents, channel, preview.Locale, preview.TimeZone))
                .Where(index => index >= 0)
                .Distinct()
                .Select(index => contents[index]),
        ];

    private static void CheckVariants(List<FieldError> errors, IReadOnlyList<TemplateVariant> variants)
    {
        var seen = new HashSet<(Channel?, string?)>();
        for (var i = 0; i < variants.Count; i++)
        {
            var variant = variants[i];
            if (variant is { Title: null or "", Body: null or "", Html: null or "" })
                errors.Add(
                    new FieldError(
                        $"variants[{i}]",
                        FieldErrorCodes.Required,
                        "At least one of title, body and html is required."
                    )
                );
            if (!seen.Add((variant.Channel, variant.Locale?.ToUpperInvariant())))
                errors.Add(
                    new FieldError(
                        $"variants[{i}]",
                        FieldErrorCodes.Duplicate,
                        "Another variant has the same channel and locale."
                    )
                );
            LanguageTag.Check(errors, $"variants[{i}].locale", variant.Locale);
        }
    }

    private static bool IsSame(Template? newest, Template saved) =>
        newest is not null
        && newest.Layout == saved.Layout
        && newest.Track == saved.Track
        && newest.Variants.Count == saved.Variants.Count
        && newest.Variants.Zip(saved.Variants).All(pair => IsSame(pair.First, pair.Second));

    // A list of actions is equal only to itself.
    private static bool IsSame(TemplateVariant one, TemplateVariant other) =>
        one with { Inbox = null } == other with { Inbox = null } && InboxContentRules.AreSame(one.Inbox, other.Inbox);
}
