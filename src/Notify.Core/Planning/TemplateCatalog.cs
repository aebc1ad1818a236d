using HandlebarsDotNet;
using Notify.Triggering;

namespace Notify.Planning;

/// <summary>Checks and compiles templates, and hands them to the store.</summary>
internal sealed class TemplateCatalog(ITemplateStore templates, TimeProvider time) : ITemplateCatalog
{
    private const int MaxVariants = 200;

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
        if (template.Variants is not { Count: > 0 and <= MaxVariants })
            errors.Add(new FieldError("variants", $"Give 1 to {MaxVariants} variants."));
        for (var i = 0; i < (template.Variants?.Count ?? 0); i++)
            Check(errors, template.Variants!, i);
        return errors;
    }

    private static void Check(List<FieldError> errors, IReadOnlyList<TemplateVariant> variants, int index)
    {
        var variant = variants[index];
        if (variant is { Title: null or "", Body: null or "", Html: null or "" })
            errors.Add(new FieldError($"variants[{index}]", "Give at least one of title, body and html."));
        if (
            variants
                .Take(index)
                .Any(earlier =>
                    earlier.Channel == variant.Channel
                    && string.Equals(earlier.Locale, variant.Locale, StringComparison.OrdinalIgnoreCase)
                )
        )
        {
            errors.Add(new FieldError($"variants[{index}]", "Another variant has this channel and locale."));
        }

        LanguageTag.Check(errors, $"variants[{index}].locale", variant.Locale);
        CheckPart(errors, $"variants[{index}].title", variant.Title);
        CheckPart(errors, $"variants[{index}].body", variant.Body);
        CheckPart(errors, $"variants[{index}].html", variant.Html);
    }

    private static void CheckPart(List<FieldError> errors, string field, string? source)
    {
        try
        {
            if (source is not null)
                CompiledTemplate.CheckSyntax(source);
        }
        catch (HandlebarsException)
        {
            errors.Add(new FieldError(field, "This is no Handlebars template."));
        }
    }
}
