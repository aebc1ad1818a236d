using System.Collections.Concurrent;

namespace Notify.Planning;

/// <summary>
/// Renders everything a trigger's template says, in every language and for every channel it may go over, when the trigger comes:
/// a variable that is missing is the caller's error, and a broadcast's deliveries share what was rendered once.
/// </summary>
internal sealed class TemplateRenderer(ITemplateStore templates, TimeProvider time)
{
    /// <summary>How long a template is used before a newer version is looked for.</summary>
    private static readonly TimeSpan Fresh = TimeSpan.FromSeconds(1);

    private readonly ConcurrentDictionary<
        (string Tenant, string Name),
        (CompiledTemplate Template, DateTimeOffset ReadAt)
    > _newest = new();

    /// <summary>What the trigger says; empty where it is wrong, and then <paramref name="errors"/> says how.</summary>
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

        var template = await FindAsync(trigger.Tenant, name, cancellationToken).ConfigureAwait(false);
        if (template is null)
        {
            errors.Add(new FieldError("template", "There is no template of this name."));
            return [];
        }

        return template.Render(trigger, errors);
    }

    private async ValueTask<CompiledTemplate?> FindAsync(string tenant, string name, CancellationToken cancellationToken)
    {
        var now = time.GetUtcNow();
        if (_newest.TryGetValue((tenant, name), out var known) && (now - known.ReadAt).Duration() < Fresh)
            return known.Template;

        var template = await templates.FindAsync(tenant, name, null, cancellationToken).ConfigureAwait(false);
        if (template is null)
            return null;

        var compiled = known.Template?.Version == template.Version ? known.Template : CompiledTemplate.Compile(template);
        _newest[(tenant, name)] = (compiled, now);
        return compiled;
    }
}
