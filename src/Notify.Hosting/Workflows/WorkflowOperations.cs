using Microsoft.AspNetCore.Http;
using Notify.Hosting.OpenApi;

namespace Notify.Hosting.Workflows;

/// <summary>Describes the endpoints of workflows.</summary>
internal static class WorkflowOperations
{
    private const string Tag = "workflows";
    private const string SavedExample = """{ "name": "order-shipped", "version": 3, "warnings": [] }""";

    private static readonly ApiResponse NotModified = new(StatusCodes.Status304NotModified, "The caller has this version.");

    private static readonly IReadOnlyList<ApiResponse> Saved =
    [
        ApiResponse.Ok(() => WorkflowsJson.Default.SavedWorkflowView, "The newest version.", SavedExample) with
        {
            Headers = ApiParameters.Version,
        },
        new ApiResponse(StatusCodes.Status201Created, "The workflow is created.")
        {
            Json = () => WorkflowsJson.Default.SavedWorkflowView,
            Headers = ApiParameters.Version,
        },
    ];

    public static ApiOperation List { get; } =
        new("listWorkflows", Tag, "Lists workflows, ordered by name.")
        {
            Scope = ApiScope.Read,
            Parameters = ApiParameters.NamedPage,
            Responses = [ApiResponse.Ok(() => WorkflowsJson.Default.WorkflowsView, "A page of workflows.")],
        };

    public static ApiOperation Get { get; } =
        new("getWorkflow", Tag, "Shows the newest version of a workflow.")
        {
            Scope = ApiScope.Read,
            Parameters = ApiParameters.KnownVersion,
            Problems = [ProblemCodes.NotFound],
            Responses = [Shown("The workflow."), NotModified],
        };

    public static ApiOperation Save { get; } =
        new("saveWorkflow", Tag, "Saves a new version of a workflow.")
        {
            Description = "What GET returned can be sent back, also for another tenant.",
            Scope = ApiScope.Manage,
            Body = WorkflowSchema.Refer,
            BodyExample = WorkflowSchema.Example,
            Parameters = ApiParameters.Preconditions,
            Problems = [ProblemCodes.PreconditionFailed],
            Responses = Saved,
        };

    public static ApiOperation Delete { get; } =
        new("deleteWorkflow", Tag, "Deletes all versions of a workflow.")
        {
            Scope = ApiScope.Manage,
            Parameters = ApiParameters.Preconditions,
            Problems = [ProblemCodes.NotFound, ProblemCodes.PreconditionFailed],
            Responses = [ApiResponse.NoContent("The workflow is deleted.")],
        };

    public static ApiOperation ListVersions { get; } =
        new("listWorkflowVersions", Tag, "Lists the versions of a workflow, newest first.")
        {
            Scope = ApiScope.Read,
            Parameters = ApiParameters.Page,
            Problems = [ProblemCodes.NotFound],
            Responses = [ApiResponse.Ok(() => WorkflowsJson.Default.VersionsView, "A page of versions.")],
        };

    public static ApiOperation GetVersion { get; } =
        new("getWorkflowVersion", Tag, "Shows a version of a workflow.")
        {
            Scope = ApiScope.Read,
            Parameters = ApiParameters.KnownVersion,
            Problems = [ProblemCodes.NotFound],
            Responses = [Shown("The version."), NotModified],
        };

    public static ApiOperation RollBack { get; } =
        new("rollBackWorkflow", Tag, "Saves an old version of a workflow again, as its newest version.")
        {
            Scope = ApiScope.Manage,
            Body = WorkflowSchema.ReferRollback,
            BodyExample = """{ "version": 2 }""",
            Parameters = ApiParameters.Preconditions,
            Problems = [ProblemCodes.NotFound, ProblemCodes.PreconditionFailed],
            Responses = Saved,
        };

    public static ApiOperation Promote { get; } =
        new("promoteWorkflow", Tag, "Saves the newest version of a workflow in another tenant.")
        {
            Description = "The other tenant must have the template. Needs a key that may act for any tenant.",
            Scope = ApiScope.Platform,
            Body = WorkflowSchema.ReferPromotion,
            BodyExample = """{ "tenant": "production" }""",
            Problems = [ProblemCodes.NotFound],
            Responses = Saved,
        };

    private static ApiResponse Shown(string description) =>
        ApiResponse.Ok(() => WorkflowsJson.Default.WorkflowView, description) with
        {
            Headers = ApiParameters.Version,
        };
}
