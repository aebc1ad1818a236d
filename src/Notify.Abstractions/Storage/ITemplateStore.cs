using System.Diagnostics.CodeAnalysis;

namespace Notify.Storage;

/// <summary>A store of templates with all their versions.</summary>
[Experimental(ExperimentalContract.DiagnosticId, UrlFormat = ExperimentalContract.HelpUrl)]
public interface ITemplateStore
{
    /// <summary>
    /// Saves a template as the next version under its name. In the same transaction, all but the newest versions are deleted,
    /// except for versions that <see cref="KeepAsync"/> protects at <see cref="Template.SavedAt"/>.
    /// </summary>
    /// <param name="template">The template. Its version is set by the store.</param>
    /// <param name="maxVersions">The number of versions to keep, including the new one.</param>
    /// <param name="cancellationToken">A token to cancel the operation.</param>
    /// <returns>The new version.</returns>
    ValueTask<int> SaveAsync(Template template, int maxVersions, CancellationToken cancellationToken);

    /// <summary>Finds a version of a template.</summary>
    /// <param name="tenant">The tenant.</param>
    /// <param name="name">The name of the template.</param>
    /// <param name="version">The version; null for the newest.</param>
    /// <param name="cancellationToken">A token to cancel the operation.</param>
    /// <returns>The template; null if it does not exist.</returns>
    ValueTask<Template?> FindAsync(string tenant, string name, int? version, CancellationToken cancellationToken);

    /// <summary>
    /// Protects a version from deletion by <see cref="SaveAsync"/> until the specified time, because an open digest will be
    /// rendered with it. An existing protection is never shortened. Does nothing if the version does not exist.
    /// </summary>
    /// <param name="tenant">The tenant.</param>
    /// <param name="name">The name of the template.</param>
    /// <param name="version">The version.</param>
    /// <param name="until">The time until which the version is protected.</param>
    /// <param name="cancellationToken">A token to cancel the operation.</param>
    ValueTask KeepAsync(string tenant, string name, int version, DateTimeOffset until, CancellationToken cancellationToken);

    /// <summary>Deletes a template with all its versions. The name can then be used again, starting with version 1.</summary>
    /// <param name="tenant">The tenant.</param>
    /// <param name="name">The name of the template.</param>
    /// <param name="cancellationToken">A token to cancel the operation.</param>
    /// <returns><see langword="true"/> if the template was deleted; <see langword="false"/> if it does not exist.</returns>
    ValueTask<bool> DeleteAsync(string tenant, string name, CancellationToken cancellationToken);

    /// <summary>Lists the versions of a template that are kept, newest first.</summary>
    /// <param name="tenant">The tenant.</param>
    /// <param name="name">The name of the template.</param>
    /// <param name="before">The version before which the list begins; null to begin with the newest.</param>
    /// <param name="limit">The maximum number of versions, 1 to 1,000.</param>
    /// <param name="cancellationToken">A token to cancel the operation.</param>
    ValueTask<IReadOnlyList<VersionSummary>> ListVersionsAsync(
        string tenant,
        string name,
        int? before,
        int limit,
        CancellationToken cancellationToken
    );

    /// <summary>Lists the templates of a tenant with their newest versions, in ordinal order of their names.</summary>
    /// <param name="tenant">The tenant.</param>
    /// <param name="prefix">The prefix of the names; empty for all templates.</param>
    /// <param name="after">The last name of the previous page; empty for the first page.</param>
    /// <param name="limit">The maximum number of templates, 1 to 1,000.</param>
    /// <param name="cancellationToken">A token to cancel the operation.</param>
    ValueTask<IReadOnlyList<TemplateSummary>> ListAsync(
        string tenant,
        string prefix,
        string after,
        int limit,
        CancellationToken cancellationToken
    );
}
