using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Notify.Dashboard.Rendering;
using Notify.Hosting.Auditing;
using Notify.Hosting.Requests;

namespace Notify.Dashboard.Jobs;

/// <summary>Long work in the background with its progress, and the lines of a job that failed.</summary>
internal static class JobPages
{
    private const string Path = "jobs";
    private const int MaxErrors = 200;

    public static void Map(DashboardRoutes routes)
    {
        routes.MapPage(Path, ApiScope.Manage, ListAsync);
        routes.MapPage($"{Path}/{{id}}", ApiScope.Manage, ShowAsync);
        routes.MapPage($"{Path}/{{id}}/result", ApiScope.Admin, page => Task.FromResult(ShowResult(page)));
        routes.MapAction($"{Path}/export-users", ApiScope.Admin, "exportUsers", Path, (page, entry) =>
            StartAsync(page, entry, (jobs, ended) => jobs.ExportUsersAsync(page.Tenant, ended))
        );
        routes.MapAction($"{Path}/export-devices", ApiScope.Admin, "exportDevices", Path, (page, entry) =>
            StartAsync(page, entry, (jobs, ended) => jobs.ExportDevicesAsync(page.Tenant, ended))
        );
        routes.MapAction($"{Path}/{{id}}/cancel", ApiScope.Manage, "cancelJob", Path, CancelAsync);
    }

    private static async Task<IResult> ListAsync(PageContext page) =>
        new PageResult<JobListPage>(
            page,
            await GetJobs(page).ListAsync(page.Tenant, page.GetPage(), page.Aborted).ConfigureAwait(false)
        );

    private static async Task<IResult> ShowAsync(PageContext page)
    {
        if (
            ReadId(page) is not { } id
            || await GetJobs(page).FindAsync(page.Tenant, id, page.Aborted).ConfigureAwait(false) is not { } job
        )
            return DashboardRoutes.ShowMissing(page, "job");

        var errors = new List<JobLineError>();
        await foreach (var error in GetJobs(page).ListErrorsAsync(page.Tenant, id, page.Aborted).ConfigureAwait(false))
        {
            errors.Add(error);
            if (errors.Count == MaxErrors)
                break;
        }

        return new PageResult<JobPage>(page, new JobView(job, errors, errors.Count == MaxErrors));
    }

    private static async Task<ActionOutcome> CancelAsync(PageContext page, AuditEntry entry) =>
        ReadId(page) is { } id && await GetJobs(page).CancelAsync(page.Tenant, id, page.Aborted).ConfigureAwait(false) is not null
            ? ActionOutcome.Done($"{Path}/{id}", "The job ends as soon as its worker notices.")
            : ActionOutcome.Refused(Path, "This job does not exist.");

    private static async Task<ActionOutcome> StartAsync(
        PageContext page,
        AuditEntry entry,
        Func<IJobs, CancellationToken, Task<Job>> start
    )
    {
        var job = await start(GetJobs(page), page.Aborted).ConfigureAwait(false);
        entry.SetResource($"{job.Id}");
        return ActionOutcome.Done($"{Path}/{job.Id}", "The job has started. This page shows its progress.");
    }

    // A result is streamed, because it may be larger than the memory.
    private static IResult ShowResult(PageContext page) =>
        ReadId(page) is { } id
            ? TypedResults.Stream(
                async output =>
                {
                    await foreach (var part in GetJobs(page).ReadResultAsync(page.Tenant, id, page.Aborted).ConfigureAwait(false))
                        await output.WriteAsync(part, page.Aborted).ConfigureAwait(false);
                },
                "application/x-ndjson",
                $"{id}.ndjson"
            )
            : DashboardRoutes.ShowMissing(page, "job");

    private static Guid? ReadId(PageContext page) =>
        Guid.TryParse(RequestValues.Route(page.Http.Request, "id"), out var id) ? id : null;

    private static IJobs GetJobs(PageContext page) => page.Http.RequestServices.GetRequiredService<IJobs>();
}

/// <summary>The model of one job.</summary>
internal sealed record JobView(Job Job, IReadOnlyList<JobLineError> Errors, bool HasMore);
