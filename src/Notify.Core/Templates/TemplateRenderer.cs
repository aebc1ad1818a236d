using System.Collections.Concurrent;
using Microsoft.Extensions.Options;
using Notify.Planning;

namespace Notify.Templates;

/// <summary>
/// Renders everything a trigger's template says, in every language and for every channel it may go over, when the trigger is
/// accepted: a variable that is missing is the caller's error, and a broadcast's deliveries share what was rendered once.
/// </summary>
internal sealed class TemplateRenderer(ITemplateStore templates, IOptions<NotificationsOptions> options, TimeProvider time)
{
    /// <summary>Enough for the templates that are in use; the memory of one is about ten times its source.</summary>
    private const int MaxCached = 1_000;

    /// <summary>How long a template is used before a newer version is looked for.</summary>
    private static readonly TimeSpan Fresh = TimeSpan.FromSeconds(1);

    private readonly ConcurrentDictionary<
        (string Tenant, string Name),
        (CompiledTemplate Template, DateTimeOffset ReadAt)
    > _newest = new();

    /// <summary>
    /// Renders a trigger's contents within <see cref="TemplateLimits"/>. Adds to <paramref name="errors"/> where the template or the
    /// data is at fault; the same call then fails again however often it is repeated. Everything else is thrown.
    /// </summary>
    /// <exception cref="OperationCanceledException">The caller has gone.</exception>
    public async ValueTask<IReadOnlyList<ContentVariant>> RenderAsync(
        Trigger trigger,
        List<FieldError> errors,
        CancellationToken cancellationToken
    )
    {
        if (trigger.Content is { } content)
            return [new ContentVariant(null, null, content)];
        if (trigger.Template is not { } name)
            return [];

        var compiled = await FindAsync(trigger.Tenant, name, errors, cancellationToken).ConfigureAwait(false);
        return compiled?.Render(trigger, TimeZoneInfo.Utc, options.Value.Templates, time, errors, cancellationToken) ?? [];
    }

    private async ValueTask<CompiledTemplate?> FindAsync(
        string tenant,
        string name,
        List<FieldError> errors,
        CancellationToken cancellationToken
    )
    {
        var now = time.GetUtcNow();
        if (_newest.TryGetValue((tenant, name), out var known) && (now - known.ReadAt).Duration() < Fresh)
            return known.Template;

        var template = await templates.FindAsync(tenant, name, null, cancellationToken).ConfigureAwait(false);
        if (template is null)
        {
            errors.Add(new FieldError("template", "There is no template of this name."));
            return null;
        }

        var compiled = IsSame(known.Template, template) ? known.Template : Compile(template, errors);
        if (compiled is not null)
            Keep((tenant, name), compiled, now);
        return compiled;
    }

    // It was checked when it was saved, but perhaps with other limits.
    private CompiledTemplate? Compile(Template template, List<FieldError> errors)
    {
        List<FieldError> faults = [];
        var compiled = CompiledTemplate.Compile(template, options.Value.Templates, faults);
        errors.AddRange(
            faults.Select(fault => new FieldError("template", $"The template cannot be used. {fault.Field}: {fault.Message}"))
        );
        return compiled;
    }

    private void Keep((string Tenant, string Name) key, CompiledTemplate compiled, DateTimeOffset now)
    {
        if (_newest.Count >= MaxCached && !_newest.ContainsKey(key))
            _newest.Clear();
        _newest[key] = (compiled, now);
    }

    private static bool IsSame(CompiledTemplate? known, Template template) =>
        known is not null && known.Version == template.Version && known.SavedAt == template.SavedAt;
}
