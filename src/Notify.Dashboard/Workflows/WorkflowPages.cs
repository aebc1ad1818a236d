using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Notify.Dashboard.Rendering;
using Notify.Hosting.Auditing;
using Notify.Hosting.Requests;

namespace Notify.Dashboard.Workflows;

/// <summary>The workflows with their steps and versions.</summary>
internal static class WorkflowPages
{
    private const string Path = "workflows";

    public static void Map(DashboardRoutes routes)
    {
        routes.MapPage(Path, ApiScope.Read, ListAsync);
        routes.MapPage($"{Path}/{{name}}", ApiScope.Read, ShowAsync);
        routes.MapAction($"{Path}/{{name}}/roll-back", ApiScope.Manage, "rollBackWorkflow", Path, RollBackAsync);
    }

    private static async Task<IResult> ListAsync(PageContext page) =>
        new PageResult<WorkflowListPage>(
            page,
            await GetWorkflows(page).ListAsync(page.Tenant, page.GetPage(), page.Aborted).ConfigureAwait(false)
        );

    private static async Task<IResult> ShowAsync(PageContext page)
    {
        int? version = int.TryParse(page.GetQuery("version"), out var number) ? number : null;
        var name = RequestValues.Route(page.Http.Request, "name");
        if (await GetWorkflows(page).FindAsync(page.Tenant, name, version, page.Aborted).ConfigureAwait(false) is not { } found)
            return DashboardRoutes.ShowMissing(page, "workflow");

        var versions = await GetWorkflows(page)
            .ListVersionsAsync(page.Tenant, name, new PageRequest { Limit = 20 }, page.Aborted)
            .ConfigureAwait(false);
        return new PageResult<WorkflowPage>(page, new WorkflowView(found.Value, versions?.Items ?? []));
    }

    private static async Task<ActionOutcome> RollBackAsync(PageContext page, AuditEntry entry)
    {
        var name = RequestValues.Route(page.Http.Request, "name");
        var next = $"{Path}/{PageContext.Escape(name)}";
        var form = await page.Http.Request.ReadFormAsync(page.Aborted).ConfigureAwait(false);
        if (!int.TryParse(form["version"], out var version))
            return ActionOutcome.Refused(next, "Choose a version.");

        var result = await GetWorkflows(page)
            .RollBackAsync(page.Tenant, name, version, default, page.Aborted)
            .ConfigureAwait(false);
        if (!result.IsSuccess)
            return ActionOutcome.Refused(next, "This version does not exist.");

        entry.Add(new AuditChange("version", null, $"{version}"));
        return ActionOutcome.Done(next, $"The content of version {version} is current again.");
    }

    private static IWorkflows GetWorkflows(PageContext page) => page.Http.RequestServices.GetRequiredService<IWorkflows>();
}

/// <summary>The model of one workflow.</summary>
internal sealed record WorkflowView(Workflow Workflow, IReadOnlyList<VersionSummary> Versions);
