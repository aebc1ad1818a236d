using System.Globalization;
using Notify.Client.Calls;

namespace Notify.Client.Workflows;

/// <summary>The workflows of a service. Every change makes a version, so that no change is repeated.</summary>
internal sealed class RemoteWorkflows(ServiceCalls service) : IWorkflows
{
    private const string Path = "v1/workflows";

    public async Task<Versioned<Workflow>?> FindAsync(
        string tenant,
        string name,
        int? version = null,
        CancellationToken cancellationToken = default
    )
    {
        var path = GetPath(name);
        if (version is { } number)
            path.Add("versions").Add(number.ToString(CultureInfo.InvariantCulture));
        var found = await service
            .FindAsync(ServiceRequest.Get(path.ToString(), tenant), WorkflowJson.Default.WorkflowForm, cancellationToken)
            .ConfigureAwait(false);
        return found is null
            ? null
            : new Versioned<Workflow> { Value = found.Value.CreateWorkflow(tenant), Version = found.Version ?? "" };
    }

    public async Task<Page<WorkflowSummary>> ListAsync(
        string tenant,
        PageRequest? page = null,
        CancellationToken cancellationToken = default
    )
    {
        var request = ServiceRequest.Get(CallPath.Create(Path).With(page).ToString(), tenant);
        var answer = await service
            .CallAsync(request, WorkflowJson.Default.PageAnswerWorkflowItemAnswer, cancellationToken)
            .ConfigureAwait(false);
        return answer.CreatePage(item => new WorkflowSummary
        {
            Name = item.Name,
            Version = item.Version,
            IsDeclared = item.Declared,
        });
    }

    public async Task<Page<VersionSummary>?> ListVersionsAsync(
        string tenant,
        string name,
        PageRequest? page = null,
        CancellationToken cancellationToken = default
    )
    {
        var request = ServiceRequest.Get(GetPath(name).Add("versions").With(page).ToString(), tenant);
        var found = await service
            .FindAsync(request, WorkflowJson.Default.PageAnswerVersionSummary, cancellationToken)
            .ConfigureAwait(false);
        return found?.Value.CreatePage();
    }

    public Task<ChangeResult<Workflow>> SaveAsync(
        Workflow workflow,
        Precondition precondition = default,
        CancellationToken cancellationToken = default
    )
    {
        ArgumentNullException.ThrowIfNull(workflow);
        var request = ServiceRequest
            .Put(GetPath(workflow.Name).ToString(), workflow.Tenant)
            .With(WorkflowForm.Create(workflow), WorkflowJson.Default.WorkflowForm);
        return ChangeAsync(Require(request, precondition), workflow.Tenant, workflow.Name, cancellationToken);
    }

    // The service validates every call.
    public IReadOnlyList<FieldError> Validate(Workflow workflow) => [];

    public Task<ChangeResult<Workflow>> RollBackAsync(
        string tenant,
        string name,
        int version,
        Precondition precondition = default,
        CancellationToken cancellationToken = default
    )
    {
        var request = ServiceRequest
            .Post(GetPath(name).Add("rollback").ToString(), tenant)
            .With(new RollbackBody(version), WorkflowJson.Default.RollbackBody);
        return ChangeAsync(Require(request, precondition), tenant, name, cancellationToken);
    }

    public Task<ChangeResult<Workflow>> PromoteAsync(
        string tenant,
        string name,
        string target,
        CancellationToken cancellationToken = default
    )
    {
        var request = ServiceRequest
            .Post(GetPath(name).Add("promote").ToString(), tenant)
            .With(new PromotionBody(target), WorkflowJson.Default.PromotionBody);
        return ChangeAsync(request, target, name, cancellationToken);
    }

    public Task<ChangeStatus> DeleteAsync(
        string tenant,
        string name,
        Precondition precondition = default,
        CancellationToken cancellationToken = default
    ) => service.RemoveAsync(ServiceRequest.Delete(GetPath(name).ToString(), tenant).With(precondition), cancellationToken);

    private async Task<ChangeResult<Workflow>> ChangeAsync(
        HttpRequestMessage request,
        string tenant,
        string name,
        CancellationToken cancellationToken
    )
    {
        var answer = await service
            .ChangeAsync(request, WorkflowJson.Default.SavedWorkflowAnswer, ChangeStatus.Changed, cancellationToken)
            .ConfigureAwait(false);
        // The answer has the number of the version only.
        var saved = answer.Value is { } changed
            ? await FindAsync(tenant, name, changed.Version, cancellationToken).ConfigureAwait(false)
            : null;
        return answer.CreateResult(saved?.Value, answer.Value?.Warnings);
    }

    private static HttpRequestMessage Require(HttpRequestMessage request, Precondition precondition) =>
        precondition == Precondition.None ? request : request.With(precondition);

    private static CallPath GetPath(string name) => CallPath.Create(Path).Add("name", name);
}
