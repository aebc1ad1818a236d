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

    /// <summary>
    /// A tenant's templates with their newest versions, in ordinal order of their names, beginning after
    /// <paramref name="after"/>.
    /// </summary>
    /// <param name="tenant">The tenant.</param>
    /// <param name="prefix">What the names begin with; empty for all.</param>
    /// <param name="after">The last name of the page before; empty for the first page.</param>
    /// <param name="limit">How many at most, 1 to 1,000.</param>
    /// <param name="cancellationToken">Cancels the read.</param>
    ValueTask<IReadOnlyList<TemplateSummary>> ListAsync(
        string tenant,
        string prefix,
        string after,
        int limit,
        CancellationToken cancellationToken
    );
}

/// <summary>A template in a list.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Version">Its newest version.</param>
public sealed record TemplateSummary(string Name, int Version);
