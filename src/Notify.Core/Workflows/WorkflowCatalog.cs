using System.Globalization;
using Notify.Core.Validation;
using Notify.Storage;

namespace Notify.Core.Workflows;

/// <summary>
/// Validates workflows, and saves them in the store. Workflows that are declared in code are shown beside them.
/// </summary>
internal sealed class WorkflowCatalog(
    WorkflowStorage storage,
    WorkflowReader reader,
    DeclaredWorkflows declared,
    WorkflowValidator validator,
    ITemplateStore templates
) : IWorkflows
{
    private static readonly PageRequest FirstPage = new();

    public async Task<Versioned<Workflow>?> FindAsync(
        string tenant,
        string name,
        int? version = null,
        CancellationToken cancellationToken = default
    )
    {
        ArgumentNullException.ThrowIfNull(tenant);
        ArgumentNullException.ThrowIfNull(name);
        if (declared.Find(tenant, name) is { } own)
            return version is null || version == own.Version
                ? new Versioned<Workflow> { Value = own, Version = GetTag(own) }
                : null;

        return await storage.FindAsync(tenant, name, version, cancellationToken).ConfigureAwait(false) is { } stored
            ? new Versioned<Workflow> { Value = stored.Workflow, Version = stored.Tag }
            : null;
    }

    public async Task<Page<WorkflowSummary>> ListAsync(
        string tenant,
        PageRequest? page = null,
        CancellationToken cancellationToken = default
    )
    {
        ArgumentNullException.ThrowIfNull(tenant);
        page ??= FirstPage;
        NamePages.Check(page, mayHavePrefix: true);
        // A declared workflow hides a saved one with the same name, so that many more may be needed.
        var limit = Math.Min(1_000, page.Limit + 1 + declared.All.Count);
        var saved = await storage.ListAsync(tenant, page.Prefix, page.After, limit, cancellationToken).ConfigureAwait(false);
        WorkflowSummary[] found =
        [
            .. saved
                .Where(workflow => !declared.Contains(workflow.Name))
                .Select(workflow => Summarize(workflow, isDeclared: false))
                .Concat(
                    declared
                        .All.Where(workflow => IsOnPage(workflow.Name, page))
                        .Select(workflow => Summarize(workflow, isDeclared: true))
                )
                .OrderBy(summary => summary.Name, StringComparer.Ordinal)
                .Take(page.Limit + 1),
        ];
        return NamePages.Take(found, page, summary => summary.Name);
    }

    public async Task<Page<VersionSummary>?> ListVersionsAsync(
        string tenant,
        string name,
        PageRequest? page = null,
        CancellationToken cancellationToken = default
    )
    {
        page ??= FirstPage;
        NamePages.Check(page, mayHavePrefix: false);
        var before = VersionPages.ReadAfter(page);
        if (await FindAsync(tenant, name, null, cancellationToken).ConfigureAwait(false) is not { Value: var newest })
            return null;

        List<Workflow> found = before is null ? [newest] : [];
        if (!declared.Contains(name))
            found.AddRange(
                await storage
                    .ListFormerAsync(
                        tenant,
                        name,
                        Math.Min(before ?? newest.Version, newest.Version),
                        page.Limit + 1,
                        cancellationToken
                    )
                    .ConfigureAwait(false)
            );
        return NamePages.Take(
            [.. found.Select(workflow => new VersionSummary(workflow.Version, workflow.SavedAt))],
            page,
            summary => summary.Version.ToString(CultureInfo.InvariantCulture)
        );
    }

    public async Task<ChangeResult<Workflow>> SaveAsync(
        Workflow workflow,
        Precondition precondition = default,
        CancellationToken cancellationToken = default
    )
    {
        ArgumentNullException.ThrowIfNull(workflow);
        var (errors, warnings) = Check(workflow);
        if (await FindTemplateErrorAsync(workflow, errors, cancellationToken).ConfigureAwait(false) is { } templateError)
            errors.Add(templateError);
        InvalidRequestException.ThrowIfAny(errors);

        try
        {
            var result = await storage.SaveAsync(workflow, precondition, cancellationToken).ConfigureAwait(false);
            return result.IsSuccess ? result with { Warnings = warnings } : result;
        }
        finally
        {
            // A call that failed may have been carried out by the store.
            reader.Forget(workflow.Tenant, workflow.Name);
        }
    }

    public IReadOnlyList<FieldError> Validate(Workflow workflow)
    {
        ArgumentNullException.ThrowIfNull(workflow);
        return Check(workflow).Errors;
    }

    public async Task<ChangeResult<Workflow>> RollBackAsync(
        string tenant,
        string name,
        int version,
        Precondition precondition = default,
        CancellationToken cancellationToken = default
    )
    {
        if (await FindAsync(tenant, name, null, cancellationToken).ConfigureAwait(false) is null)
            return new ChangeResult<Workflow> { Status = ChangeStatus.NotFound };
        if (await FindAsync(tenant, name, version, cancellationToken).ConfigureAwait(false) is not { Value: var old })
            throw new InvalidRequestException([
                new FieldError("version", FieldErrorCodes.NotFound, "The workflow has no such version, or it is no longer kept."),
            ]);

        return await SaveAsync(old, precondition, cancellationToken).ConfigureAwait(false);
    }

    public async Task<ChangeResult<Workflow>> PromoteAsync(
        string tenant,
        string name,
        string target,
        CancellationToken cancellationToken = default
    )
    {
        if (await FindAsync(tenant, name, null, cancellationToken).ConfigureAwait(false) is not { Value: var workflow })
            return new ChangeResult<Workflow> { Status = ChangeStatus.NotFound };

        List<FieldError> errors = [];
        Names.Check(errors, "tenant", target);
        InvalidRequestException.ThrowIfAny(errors);
        return await SaveAsync(workflow with { Tenant = target }, Precondition.None, cancellationToken).ConfigureAwait(false);
    }

    public async Task<ChangeStatus> DeleteAsync(
        string tenant,
        string name,
        Precondition precondition = default,
        CancellationToken cancellationToken = default
    )
    {
        ArgumentNullException.ThrowIfNull(tenant);
        ArgumentNullException.ThrowIfNull(name);
        InvalidRequestException.ThrowIfAny([.. FindDeclaredErrors(name)]);
        try
        {
            return await storage.DeleteAsync(tenant, name, precondition, cancellationToken).ConfigureAwait(false);
        }
        finally
        {
            reader.Forget(tenant, name);
        }
    }

    private (List<FieldError> Errors, IReadOnlyList<FieldWarning> Warnings) Check(Workflow workflow)
    {
        var (errors, warnings) = validator.Validate(workflow);
        return ([.. FindDeclaredErrors(workflow.Name), .. errors], warnings);
    }

    private IEnumerable<FieldError> FindDeclaredErrors(string? name) =>
        name is not null && declared.Contains(name)
            ? [new FieldError("name", FieldErrorCodes.NotAllowed, "This workflow is declared in code, and changes only there.")]
            : [];

    private async ValueTask<FieldError?> FindTemplateErrorAsync(
        Workflow workflow,
        List<FieldError> errors,
        CancellationToken cancellationToken
    )
    {
        if (errors.Any(error => error.Field is "tenant" or "template" or "template.version"))
            return null;
        if (
            await templates
                .FindAsync(workflow.Tenant, workflow.Template, workflow.TemplateVersion, cancellationToken)
                .ConfigureAwait(false)
            is not null
        )
            return null;

        return workflow.TemplateVersion is null
            ? new FieldError("template", FieldErrorCodes.NotFound, "There is no template with this name.")
            : new FieldError("template.version", FieldErrorCodes.NotFound, "The template has no such version.");
    }

    private static bool IsOnPage(string name, PageRequest page) =>
        name.StartsWith(page.Prefix, StringComparison.Ordinal) && string.CompareOrdinal(name, page.After) > 0;

    private static string GetTag(Workflow workflow) => $"code-{workflow.Version}";

    private static WorkflowSummary Summarize(Workflow workflow, bool isDeclared) =>
        new()
        {
            Name = workflow.Name,
            Version = workflow.Version,
            IsDeclared = isDeclared,
        };
}
