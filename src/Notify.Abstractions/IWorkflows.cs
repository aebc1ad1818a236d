namespace Notify;

/// <summary>
/// The catalog of workflows. Workflows are validated before they are stored. The HTTP API is built on this interface, so both
/// validate, page and answer in the same way.
/// </summary>
public interface IWorkflows
{
    /// <summary>The number of versions of a workflow that are kept.</summary>
    const int MaxVersions = 100;

    /// <summary>Finds a version of a workflow, whether it is declared in code or was saved.</summary>
    /// <param name="tenant">The tenant of the workflow.</param>
    /// <param name="name">The name of the workflow.</param>
    /// <param name="version">The version; null for the newest.</param>
    /// <param name="cancellationToken">A token to cancel the operation.</param>
    /// <returns>The workflow; null if it does not exist or the version is no longer kept.</returns>
    Task<Versioned<Workflow>?> FindAsync(
        string tenant,
        string name,
        int? version = null,
        CancellationToken cancellationToken = default
    );

    /// <summary>Lists workflows with their newest versions, in ordinal order of their names.</summary>
    /// <param name="tenant">The tenant.</param>
    /// <param name="page">The page; null for the first 100.</param>
    /// <param name="cancellationToken">A token to cancel the operation.</param>
    /// <exception cref="InvalidRequestException">The page is invalid.</exception>
    Task<Page<WorkflowSummary>> ListAsync(string tenant, PageRequest? page = null, CancellationToken cancellationToken = default);

    /// <summary>Lists the versions of a workflow, newest first.</summary>
    /// <param name="tenant">The tenant of the workflow.</param>
    /// <param name="name">The name of the workflow.</param>
    /// <param name="page">The page; null for the first 100.</param>
    /// <param name="cancellationToken">A token to cancel the operation.</param>
    /// <returns>The page; null if the workflow does not exist.</returns>
    /// <exception cref="InvalidRequestException">The page is invalid.</exception>
    Task<Page<VersionSummary>?> ListVersionsAsync(
        string tenant,
        string name,
        PageRequest? page = null,
        CancellationToken cancellationToken = default
    );

    /// <summary>
    /// Saves a workflow as the next version under its name. Triggers in all processes use the newest version within a second. If
    /// there are more than <see cref="MaxVersions"/> versions, the oldest is deleted.
    /// </summary>
    /// <param name="workflow">The workflow. Its version and time are set by the catalog.</param>
    /// <param name="precondition">The condition under which it is saved.</param>
    /// <param name="cancellationToken">A token to cancel the operation.</param>
    /// <returns>
    /// The result, with a warning for each channel that no provider of the application serves: triggers that use the workflow are
    /// rejected until one does.
    /// </returns>
    /// <exception cref="InvalidRequestException">The workflow is invalid. The exception lists every invalid field.</exception>
    Task<ChangeResult<Workflow>> SaveAsync(
        Workflow workflow,
        Precondition precondition = default,
        CancellationToken cancellationToken = default
    );

    /// <summary>
    /// Validates a workflow without reading the store, so whether its template exists is not checked. A front end can use this
    /// method to report these errors together with its own.
    /// </summary>
    /// <param name="workflow">The workflow.</param>
    /// <returns>The errors; empty if the workflow is valid.</returns>
    IReadOnlyList<FieldError> Validate(Workflow workflow);

    /// <summary>Saves an old version of a workflow again, as its newest version.</summary>
    /// <param name="tenant">The tenant of the workflow.</param>
    /// <param name="name">The name of the workflow.</param>
    /// <param name="version">The version to return to.</param>
    /// <param name="precondition">The condition under which it is saved.</param>
    /// <param name="cancellationToken">A token to cancel the operation.</param>
    /// <returns>The result. <see cref="ChangeStatus.NotFound"/> if the workflow does not exist.</returns>
    /// <exception cref="InvalidRequestException">
    /// The version does not exist, or is not valid any more, for example because its template was deleted.
    /// </exception>
    Task<ChangeResult<Workflow>> RollBackAsync(
        string tenant,
        string name,
        int version,
        Precondition precondition = default,
        CancellationToken cancellationToken = default
    );

    /// <summary>
    /// Saves the newest version of a workflow as the next version under the same name in another tenant, which must have its
    /// template.
    /// </summary>
    /// <param name="tenant">The tenant of the workflow.</param>
    /// <param name="name">The name of the workflow.</param>
    /// <param name="target">The tenant to copy it to.</param>
    /// <param name="cancellationToken">A token to cancel the operation.</param>
    /// <returns>The result in the other tenant. <see cref="ChangeStatus.NotFound"/> if the workflow does not exist.</returns>
    /// <exception cref="InvalidRequestException">The workflow is not valid in the other tenant.</exception>
    Task<ChangeResult<Workflow>> PromoteAsync(
        string tenant,
        string name,
        string target,
        CancellationToken cancellationToken = default
    );

    /// <summary>
    /// Deletes a workflow with all its versions. Within a second, triggers that name it are rejected. Notifications that were
    /// accepted with it are sent.
    /// </summary>
    /// <param name="tenant">The tenant of the workflow.</param>
    /// <param name="name">The name of the workflow.</param>
    /// <param name="precondition">The condition under which it is deleted.</param>
    /// <param name="cancellationToken">A token to cancel the operation.</param>
    /// <returns>
    /// <see cref="ChangeStatus.Removed"/>, <see cref="ChangeStatus.NotFound"/> or <see cref="ChangeStatus.PreconditionFailed"/>.
    /// </returns>
    /// <exception cref="InvalidRequestException">The workflow is declared in code.</exception>
    Task<ChangeStatus> DeleteAsync(
        string tenant,
        string name,
        Precondition precondition = default,
        CancellationToken cancellationToken = default
    );
}
