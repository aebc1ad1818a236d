using Microsoft.Extensions.Options;
using Notify.Planning;
using Notify.Triggering;

namespace Notify.Templates;

/// <summary>Checks templates, and hands them to the store.</summary>
internal sealed class TemplateCatalog(ITemplateStore templates, IOptions<NotificationsOptions> options, TimeProvider time)
    : ITemplateCatalog
{
    public async Task<int> SaveAsync(Template template, CancellationToken cancellationToken = default)
    {
        InvalidRequestException.ThrowIfAny(Validate(template));
        return await templates.SaveAsync(template with { SavedAt = time.GetUtcNow() }, cancellationToken).ConfigureAwait(false);
    }

    public IReadOnlyList<FieldError> Validate(Template template)
    {
        ArgumentNullException.ThrowIfNull(template);
        var errors = new List<FieldError>();
        Names.Check(errors, "tenant", template.Tenant);
        Names.Check(errors, "name", template.Name);
        // One that has too many variants is not looked into.
        if (template.Variants?.Count <= options.Value.Templates.MaxVariants)
            CheckVariants(errors, template.Variants);
        CompiledTemplate.Compile(template, options.Value.Templates, errors);
        return errors;
    }

    private static void CheckVariants(List<FieldError> errors, IReadOnlyList<TemplateVariant> variants)
    {
        var seen = new HashSet<(Channel?, string?)>();
        for (var i = 0; i < variants.Count; i++)
        {
            var variant = variants[i];
            if (variant is { Title: null or "", Body: null or "", Html: null or "" })
                errors.Add(new FieldError($"variants[{i}]", "Give at least one of title, body and html."));
            if (!seen.Add((variant.Channel, variant.Locale?.ToUpperInvariant())))
                errors.Add(new FieldError($"variants[{i}]", "Another variant has this channel and locale."));
            LanguageTag.Check(errors, $"variants[{i}].locale", variant.Locale);
        }
    }
}
