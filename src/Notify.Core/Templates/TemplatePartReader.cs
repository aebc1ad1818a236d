using Microsoft.Extensions.Options;
using Notify.Storage;

namespace Notify.Core.Templates;

/// <summary>
/// Reads the newest versions of the templates that a template renders, and of its layout. Templates that render each other in a
/// circle are an error, so rendering always ends.
/// </summary>
internal sealed class TemplatePartReader(ITemplateStore templates, IOptions<NotificationsOptions> options)
{
    /// <summary>How deeply templates may render others.</summary>
    public const int MaxDepth = 8;

    /// <summary>How many other templates one may render, directly and through others.</summary>
    public const int MaxParts = 50;

    /// <summary>Reads the parts of a template. If it adds errors, the template cannot be used.</summary>
    public async ValueTask<TemplateParts> ReadAsync(
        Template template,
        List<FieldError> errors,
        CancellationToken cancellationToken
    )
    {
        if (!MayHaveParts(template))
            return TemplateParts.None;

        var found = new Dictionary<string, Template>(StringComparer.Ordinal);
        if (template.Layout is { } layout)
            await ReadLayoutAsync(template, layout, found, errors, cancellationToken).ConfigureAwait(false);
        foreach (var (field, name) in FindNames(template))
        {
            if (errors.Count == 0)
                await ReadAsync(template, field, name, [template.Name], found, errors, cancellationToken).ConfigureAwait(false);
        }

        return new TemplateParts(found, options.Value.Templates);
    }

    /// <summary>Determines whether a template renders another one, or has it as its layout.</summary>
    public bool Uses(Template template, string name) =>
        template.Layout == name || (MayHaveParts(template) && FindNames(template).Any(part => part.Name == name));

    private async ValueTask ReadLayoutAsync(
        Template template,
        string layout,
        Dictionary<string, Template> found,
        List<FieldError> errors,
        CancellationToken cancellationToken
    )
    {
        await ReadAsync(template, "layout", layout, [template.Name], found, errors, cancellationToken).ConfigureAwait(false);
        if (found.TryGetValue(layout, out var around) && around.Layout is not null)
            errors.Add(
                new FieldError(
                    "layout",
                    FieldErrorCodes.NotAllowed,
                    $"The template '{layout}' has a layout itself, so it cannot be one."
                )
            );
    }

    // Depth first, with the names on the way, so that a circle is found.
    private async ValueTask ReadAsync(
        Template template,
        string field,
        string name,
        IReadOnlyList<string> path,
        Dictionary<string, Template> found,
        List<FieldError> errors,
        CancellationToken cancellationToken
    )
    {
        if (FindError(field, name, path, found) is { } error)
        {
            errors.Add(error);
            return;
        }

        if (!found.TryGetValue(name, out var part))
        {
            part = await templates.FindAsync(template.Tenant, name, null, cancellationToken).ConfigureAwait(false);
            if (part is null)
            {
                errors.Add(
                    new FieldError(
                        field,
                        FieldErrorCodes.NotFound,
                        $"{Describe(path)} a template '{name}', which does not exist."
                    )
                );
                return;
            }

            found.Add(name, part);
        }

        foreach (var inner in FindNames(part).Select(one => one.Name).Distinct(StringComparer.Ordinal))
        {
            if (errors.Count == 0)
                await ReadAsync(template, field, inner, [.. path, name], found, errors, cancellationToken).ConfigureAwait(false);
        }
    }

    private static FieldError? FindError(
        string field,
        string name,
        IReadOnlyList<string> path,
        Dictionary<string, Template> found
    ) =>
        path.Contains(name)
            ? new FieldError(
                field,
                FieldErrorCodes.TemplateInvalid,
                $"The templates render each other in a circle: '{string.Join("' → '", [.. path, name])}'."
            )
        : path.Count > MaxDepth
            ? new FieldError(
                field,
                FieldErrorCodes.TemplateInvalid,
                $"Templates render others more than {MaxDepth} levels deep: '{string.Join("' → '", [.. path, name])}'."
            )
        : found.Count >= MaxParts && !found.ContainsKey(name)
            ? new FieldError(field, FieldErrorCodes.TooMany, $"The template renders more than {MaxParts} other templates.")
        : null;

    private static string Describe(IReadOnlyList<string> path) =>
        path.Count == 1 ? "This renders" : $"The template '{path[^1]}', which this renders, renders";

    private static bool MayHaveParts(Template template) =>
        template.Layout is not null
        || template.Variants.Any(variant => Mentions(variant.Title) || Mentions(variant.Body) || Mentions(variant.Html));

    private static bool Mentions(string? source) => source?.Contains("render", StringComparison.Ordinal) == true;

    private IEnumerable<(string Field, string Name)> FindNames(Template template)
    {
        for (var i = 0; i < template.Variants.Count; i++)
        {
            foreach (var kind in Enum.GetValues<TextKind>())
            {
                var source = TemplateParts.GetSource(template.Variants[i], kind);
                if (!Mentions(source))
                    continue;

                var parsed = LiquidLanguage.Instance.Parse(source!, options.Value.Templates.MaxNesting, out _);
                foreach (var name in parsed?.Parts ?? [])
                    yield return ($"variants[{i}].{kind.ToString().ToLowerInvariant()}", name);
            }
        }
    }
}
