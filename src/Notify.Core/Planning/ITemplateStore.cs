namespace Notify.Planning;

/// <summary>Keeps templates with all their versions.</summary>
public interface ITemplateStore
{
    /// <summary>Keeps a template as the next version of its name, and says which that is.</summary>
    ValueTask<int> SaveAsync(Template template, CancellationToken cancellationToken);

    /// <summary>
    /// A version of a template, or the newest where <paramref name="version"/> is null; null when there is none.
    /// </summary>
    ValueTask<Template?> FindAsync(string tenant, string name, int? version, CancellationToken cancellationToken);
}
