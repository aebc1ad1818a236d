namespace Notify.Storage;

/// <summary>Keeps templates with all their versions.</summary>
public interface ITemplateStore
{
    /// <summary>
    /// Saves a template as the next version of its name and returns the version. In the same step deletes the versions that
    /// are not among the newest ones, except those that <see cref="KeepAsync"/> protects at <see cref="Template.SavedAt"/>.
    /// </summary>
    /// <param name="template">The template. The store sets its version.</param>
    /// <param name="maxVersions">How many versions remain, the new one included.</param>
    /// <param name="cancellationToken">Cancels the operation.</param>
    ValueTask<int> SaveAsync(Template template, int maxVersions, CancellationToken cancellationToken);

    /// <summary>
    /// Finds a version of a template, or the newest where <paramref name="version"/> is null; null when there is none.
    /// </summary>
    ValueTask<Template?> FindAsync(string tenant, string name, int? version, CancellationToken cancellationToken);

    /// <summary>
    /// Protects a version from being deleted by <see cref="SaveAsync"/> until a time, because a digest that is open will be
    /// rendered with it. A later time that it is protected until stays. Does nothing when there is no such version.
    /// </summary>
    ValueTask KeepAsync(string tenant, string name, int version, DateTimeOffset until, CancellationToken cancellationToken);

    /// <summary>
    /// Deletes a template with all its versions; false when there is none. Its name can be used again, from version 1.
    /// </summary>
    ValueTask<bool> DeleteAsync(string tenant, string name, CancellationToken cancellationToken);

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
