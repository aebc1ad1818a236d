using System.Globalization;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Notify.Hosting.Auditing;
using Notify.Hosting.Authentication;
using Notify.Hosting.OpenApi;
using Notify.Hosting.Problems;
using Notify.Hosting.Requests;

namespace Notify.Hosting.Workflows;

/// <summary><c>/v1/workflows</c>: saves, shows, promotes and deletes workflows.</summary>
internal static class WorkflowEndpoints
{
    private const string Version = "version";

    public static void MapWorkflows(this RouteGroupBuilder group)
    {
        group.MapGet("/v1/workflows", ListAsync).ReadsQuery().Describe(WorkflowOperations.List);
        group.MapOtherMethods("/v1/workflows", "GET, HEAD");
        group.MapPut("/v1/workflows/{name}", SaveAsync).Describe(WorkflowOperations.Save).Audit("workflow saved");
        group.MapDelete("/v1/workflows/{name}", DeleteAsync).Describe(WorkflowOperations.Delete).Audit("workflow deleted");
        group.MapGet("/v1/workflows/{name}", FindAsync).Describe(WorkflowOperations.Get);
        group.MapOtherMethods("/v1/workflows/{name}", "GET, HEAD, PUT, DELETE");
        group.MapGet("/v1/workflows/{name}/versions", ListVersionsAsync).ReadsQuery().Describe(WorkflowOperations.ListVersions);
        group.MapOtherMethods("/v1/workflows/{name}/versions", "GET, HEAD");
        group.MapGet("/v1/workflows/{name}/versions/{version}", FindVersionAsync).Describe(WorkflowOperations.GetVersion);
        group.MapOtherMethods("/v1/workflows/{name}/versions/{version}", "GET, HEAD");
        group
            .MapPost("/v1/workflows/{name}/rollback", RollBackAsync)
            .Describe(WorkflowOperations.RollBack)
            .Audit("workflow rolled back");
        group.MapOtherMethods("/v1/workflows/{name}/rollback", "POST");
        group
            .MapPost("/v1/workflows/{name}/promote", PromoteAsync)
            .Describe(WorkflowOperations.Promote)
            .Audit("workflow promoted");
        group.MapOtherMethods("/v1/workflows/{name}/promote", "POST");
    }

    private static async Task<IResult> ListAsync(HttpContext context, IWorkflows workflows)
    {
        var errors = new FieldErrors();
        var page = NamePage.Read(context.Request, errors);
        if (errors.Any)
            return Problem.InvalidFields(errors);

        var found = await workflows
            .ListAsync(RequestValues.GetTenant(context.Request), page.ToRequest(), context.RequestAborted)
            .ConfigureAwait(false);
        return TypedResults.Json(
            new WorkflowsView([.. found.Items.Select(WorkflowItemView.Create)], page.Next(found.Next)),
            WorkflowsJson.Default.WorkflowsView
        );
    }

    private static Task<IResult> SaveAsync(HttpContext context, IWorkflows workflows) =>
        RequestBody.ReadJsonAsync(context, async body =>
        {
            var workflow = WorkflowReader.Read(body, RequestValues.GetTenant(context.Request), GetName(context));
            var precondition = RequestPrecondition.Read(context.Request, body.Errors);
            if (!body.Errors.Any)
                return await ChangeAsync(context, body.Errors, () =>
                        workflows.SaveAsync(workflow, precondition, context.RequestAborted)
                    )
                    .ConfigureAwait(false);

            body.Errors.Add(workflows.Validate(workflow));
            return Problem.InvalidFields(body.Errors);
        });

    private static async Task<IResult> FindAsync(HttpContext context, IWorkflows workflows) =>
        Show(
            context,
            await workflows
                .FindAsync(RequestValues.GetTenant(context.Request), GetName(context), null, context.RequestAborted)
                .ConfigureAwait(false)
        );

    private static async Task<IResult> FindVersionAsync(HttpContext context, IWorkflows workflows)
    {
        var asked = RequestValues.Route(context.Request, Version);
        if (!int.TryParse(asked, NumberStyles.None, CultureInfo.InvariantCulture, out var version))
            return Problem.Unknown("workflow version");

        var found = await workflows
            .FindAsync(RequestValues.GetTenant(context.Request), GetName(context), version, context.RequestAborted)
            .ConfigureAwait(false);
        return Show(context, found, "workflow version");
    }

    private static async Task<IResult> ListVersionsAsync(HttpContext context, IWorkflows workflows)
    {
        var errors = new FieldErrors();
        var page = RequestPage.Read(context.Request, errors);
        var requested = page.ToVersionRequest();
        if (errors.Any)
            return Problem.InvalidFields(errors);

        var found = await workflows
            .ListVersionsAsync(RequestValues.GetTenant(context.Request), GetName(context), requested, context.RequestAborted)
            .ConfigureAwait(false);
        return found is null
            ? Problem.Unknown("workflow")
            : TypedResults.Json(
                new VersionsView(found.Items, RequestPage.NextAfter(context.Request, found)),
                WorkflowsJson.Default.VersionsView
            );
    }

    private static Task<IResult> RollBackAsync(HttpContext context, IWorkflows workflows) =>
        RequestBody.ReadJsonAsync(context, async body =>
        {
            var version = WorkflowReader.ReadVersion(body);
            var precondition = RequestPrecondition.Read(context.Request, body.Errors);
            return body.Errors.Any
                ? Problem.InvalidFields(body.Errors)
                : await ChangeAsync(context, body.Errors, () =>
                        workflows.RollBackAsync(
                            RequestValues.GetTenant(context.Request),
                            GetName(context),
                            version!.Value,
                            precondition,
                            context.RequestAborted
                        )
                    )
                    .ConfigureAwait(false);
        });

    private static Task<IResult> PromoteAsync(HttpContext context, IWorkflows workflows) =>
        RequestBody.ReadJsonAsync(context, async body =>
        {
            var target = WorkflowReader.ReadTarget(body);
            context.AddAuditedChange("tenant", null, target);
            return body.Errors.Any
                ? Problem.InvalidFields(body.Errors)
                : await ChangeAsync(context, body.Errors, () =>
                        workflows.PromoteAsync(
                            RequestValues.GetTenant(context.Request),
                            GetName(context),
                            target!,
                            context.RequestAborted
                        )
                    )
                    .ConfigureAwait(false);
        });

    private static async Task<IResult> DeleteAsync(HttpContext context, IWorkflows workflows)
    {
        var errors = new FieldErrors();
        var precondition = RequestPrecondition.Read(context.Request, errors);
        if (errors.Any)
            return Problem.InvalidFields(errors);

        try
        {
            var status = await workflows
                .DeleteAsync(RequestValues.GetTenant(context.Request), GetName(context), precondition, context.RequestAborted)
                .ConfigureAwait(false);
            return status switch
            {
                ChangeStatus.NotFound => Problem.Unknown("workflow"),
                ChangeStatus.PreconditionFailed => Problem.PreconditionFailed(),
                _ => TypedResults.NoContent(),
            };
        }
        catch (InvalidRequestException exception)
        {
            errors.Add(exception.Errors);
            return Problem.InvalidFields(errors);
        }
    }

    private static async Task<IResult> ChangeAsync(
        HttpContext context,
        FieldErrors errors,
        Func<Task<ChangeResult<Workflow>>> change
    )
    {
        try
        {
            var result = await change().ConfigureAwait(false);
            if (result.Status == ChangeStatus.NotFound)
                return Problem.Unknown("workflow");
            if (result.Status == ChangeStatus.PreconditionFailed)
                return Problem.PreconditionFailed();

            RequestPrecondition.SetVersion(context.Response, result.Version);
            context.AddAuditedChange("version", null, result.Value!.Version.ToString(CultureInfo.InvariantCulture));
            return TypedResults.Json(
                new SavedWorkflowView(result.Value.Name, result.Value.Version, result.Warnings),
                WorkflowsJson.Default.SavedWorkflowView,
                statusCode: result.Status == ChangeStatus.Created ? StatusCodes.Status201Created : StatusCodes.Status200OK
            );
        }
        catch (InvalidRequestException exception)
        {
            errors.Add(exception.Errors);
            return Problem.InvalidFields(errors);
        }
    }

    private static IResult Show(HttpContext context, Versioned<Workflow>? found, string resource = "workflow")
    {
        if (found is null)
            return Problem.Unknown(resource);

        RequestPrecondition.SetVersion(context.Response, found.Version);
        return RequestPrecondition.IsKnown(context.Request, found.Version)
            ? TypedResults.StatusCode(StatusCodes.Status304NotModified)
            : TypedResults.Json(WorkflowView.Create(found.Value), WorkflowsJson.Default.WorkflowView);
    }

    private static string GetName(HttpContext context) => RequestValues.Route(context.Request, "name");
}
