using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Notify.Hosting.Authentication;
using Notify.Hosting.OpenApi;
using Notify.Hosting.Problems;
using Notify.Hosting.Requests;

namespace Notify.Hosting.Jobs;

/// <summary><c>/v1/jobs</c>: starts, shows, lists and cancels jobs.</summary>
internal static class JobEndpoints
{
    private static readonly ImportLines<User> Users = new(UserLineReader.Columns, UserLineReader.Read);
    private static readonly ImportLines<Device> Devices = new(DeviceLineReader.Columns, DeviceLineReader.Read);

    public static void MapJobs(this RouteGroupBuilder group)
    {
        group.MapGet("/v1/jobs", ListAsync).ReadsQuery().Describe(JobOperations.List);
        group.MapOtherMethods("/v1/jobs", "GET, HEAD");
        group
            .MapPost("/v1/jobs/import-users", ImportUsersAsync)
            .Describe(JobOperations.ImportUsers)
            .Audit("import of users started");
        group.MapOtherMethods("/v1/jobs/import-users", "POST");
        group
            .MapPost("/v1/jobs/import-devices", ImportDevicesAsync)
            .Describe(JobOperations.ImportDevices)
            .Audit("import of devices started");
        group.MapOtherMethods("/v1/jobs/import-devices", "POST");
        group
            .MapPost("/v1/jobs/export-users", ExportUsersAsync)
            .Describe(JobOperations.ExportUsers)
            .Audit("export of users started");
        group.MapOtherMethods("/v1/jobs/export-users", "POST");
        group
            .MapPost("/v1/jobs/export-devices", ExportDevicesAsync)
            .Describe(JobOperations.ExportDevices)
            .Audit("export of devices started");
        group.MapOtherMethods("/v1/jobs/export-devices", "POST");
        group
            .MapPost("/v1/jobs/stale-devices", PruneStaleDevicesAsync)
            .Describe(JobOperations.PruneStaleDevices)
            .Audit("pruning of stale devices started");
        group.MapOtherMethods("/v1/jobs/stale-devices", "POST");
        group
            .MapPost("/v1/jobs/export-user", ExportUserAsync)
            .Describe(JobOperations.ExportUser)
            .Audit("export of a user started");
        group.MapOtherMethods("/v1/jobs/export-user", "POST");
        group.MapPost("/v1/jobs/erase-user", EraseUserAsync).Describe(JobOperations.EraseUser).Audit("erasure of a user started");
        group.MapOtherMethods("/v1/jobs/erase-user", "POST");
        group.MapGet("/v1/jobs/{id}/result", ReadResultAsync).Describe(JobOperations.GetResult);
        group.MapOtherMethods("/v1/jobs/{id}/result", "GET, HEAD");
        group.MapGet("/v1/jobs/{id}", FindAsync).Describe(JobOperations.Get);
        group.MapOtherMethods("/v1/jobs/{id}", "GET, HEAD");
        group.MapGet("/v1/jobs/{id}/errors", ListErrorsAsync).Describe(JobOperations.ListErrors);
        group.MapOtherMethods("/v1/jobs/{id}/errors", "GET, HEAD");
        group.MapPost("/v1/jobs/{id}/cancel", CancelAsync).Describe(JobOperations.Cancel).Audit("job cancelled");
        group.MapOtherMethods("/v1/jobs/{id}/cancel", "POST");
    }

    private static Task<IResult> ImportUsersAsync(HttpContext context, IJobs jobs) =>
        ImportAsync(context, Users, (tenant, lines) => jobs.ImportUsersAsync(tenant, lines, context.RequestAborted));

    private static Task<IResult> ImportDevicesAsync(HttpContext context, IJobs jobs) =>
        ImportAsync(context, Devices, (tenant, lines) => jobs.ImportDevicesAsync(tenant, lines, context.RequestAborted));

    private static async Task<IResult> ImportAsync<TItem>(
        HttpContext context,
        ImportLines<TItem> format,
        Func<string, IAsyncEnumerable<ImportLine<TItem>>, Task<Job>> start
    )
        where TItem : class
    {
        var request = context.Request;
        if (!ImportLines<TItem>.AreIn(request))
            return Problem.NotLines(CsvRows.MediaType);
        if (RequestBody.IsEncoded(request))
            return Problem.Encoded(context.Response);

        var limit = context.GetEndpoint()!.Metadata.GetRequiredMetadata<TriggerStreams.TriggerStreamLimit>().Streams;
        using var entry = limit.TryEnter(context);
        if (entry is null)
            return Problem.TooManyStreams(limit.Max);

        var tenant = RequestValues.GetTenant(request);
        var lines = await format.OpenAsync(context, tenant).ConfigureAwait(false);
        return Started(context, await start(tenant, lines).ConfigureAwait(false));
    }

    private static async Task<IResult> ExportUsersAsync(HttpContext context, IJobs jobs) =>
        Started(
            context,
            await jobs.ExportUsersAsync(RequestValues.GetTenant(context.Request), context.RequestAborted).ConfigureAwait(false)
        );

    private static async Task<IResult> ExportDevicesAsync(HttpContext context, IJobs jobs) =>
        Started(
            context,
            await jobs.ExportDevicesAsync(RequestValues.GetTenant(context.Request), context.RequestAborted).ConfigureAwait(false)
        );

    private static Task<IResult> PruneStaleDevicesAsync(HttpContext context, IJobs jobs) =>
        RequestBody.ReadJsonAsync(context, async body =>
        {
            var (days, isDryRun) = StaleDevicesReader.Read(body);
            if (body.Errors.Any)
                return Problem.InvalidFields(body.Errors);

            var job = await jobs.PruneStaleDevicesAsync(
                    RequestValues.GetTenant(context.Request),
                    days,
                    isDryRun,
                    context.RequestAborted
                )
                .ConfigureAwait(false);
            return Started(context, job);
        });

    private static Task<IResult> ExportUserAsync(HttpContext context, IJobs jobs) =>
        StartForUserAsync(context, jobs.ExportUserAsync);

    private static Task<IResult> EraseUserAsync(HttpContext context, IJobs jobs) =>
        StartForUserAsync(context, jobs.EraseUserAsync);

    private static Task<IResult> StartForUserAsync(
        HttpContext context,
        Func<string, string, CancellationToken, Task<Job>> start
    ) => RequestBody.ReadJsonAsync(context, async body =>
        {
            var userId = UserOfJobReader.Read(body);
            if (body.Errors.Any)
                return Problem.InvalidFields(body.Errors);

            var tenant = RequestValues.GetTenant(context.Request);
            return Started(context, await start(tenant, userId, context.RequestAborted).ConfigureAwait(false));
        });

    private static async Task<IResult> ReadResultAsync(HttpContext context, IJobs jobs)
    {
        var tenant = RequestValues.GetTenant(context.Request);
        if (
            !TryReadId(context, out var id)
            || await jobs.FindAsync(tenant, id, context.RequestAborted).ConfigureAwait(false) is not { } job
        )
            return Problem.Unknown("job");
        if (!(job.ResultExpiresAt > context.RequestServices.GetRequiredService<TimeProvider>().GetUtcNow()))
            return Problem.Unknown("result of a job");

        return TypedResults.Stream(
            async output =>
            {
                var parts = jobs.ReadResultAsync(tenant, id, context.RequestAborted);
                await foreach (var part in parts.ConfigureAwait(false))
                    await output.WriteAsync(part, context.RequestAborted).ConfigureAwait(false);
            },
            JsonLines.MediaType,
            $"{job.Kind}-{job.Id}.ndjson"
        );
    }

    private static JsonHttpResult<JobView> Started(HttpContext context, Job job)
    {
        var request = context.Request;
        var path = request.Path.Value!;
        context.Response.Headers.Location = $"{request.PathBase}{path[..path.LastIndexOf('/')]}/{job.Id}";
        return TypedResults.Json(JobView.Create(job), JobsJson.Default.JobView, statusCode: StatusCodes.Status202Accepted);
    }

    private static async Task<IResult> FindAsync(HttpContext context, IJobs jobs) =>
        TryReadId(context, out var id)
        && await jobs.FindAsync(RequestValues.GetTenant(context.Request), id, context.RequestAborted).ConfigureAwait(false)
            is { } job
            ? TypedResults.Json(JobView.Create(job), JobsJson.Default.JobView)
            : Problem.Unknown("job");

    private static async Task<IResult> CancelAsync(HttpContext context, IJobs jobs) =>
        TryReadId(context, out var id)
        && await jobs.CancelAsync(RequestValues.GetTenant(context.Request), id, context.RequestAborted).ConfigureAwait(false)
            is { } job
            ? TypedResults.Json(JobView.Create(job), JobsJson.Default.JobView)
            : Problem.Unknown("job");

    private static async Task<IResult> ListAsync(HttpContext context, IJobs jobs)
    {
        var errors = new FieldErrors();
        var page = RequestPage.Read(context.Request, errors).ToRequest();
        if (errors.Any)
            return Problem.InvalidFields(errors);

        var found = await jobs.ListAsync(RequestValues.GetTenant(context.Request), page, context.RequestAborted)
            .ConfigureAwait(false);
        var next = RequestPage.NextAfter(context.Request, found);
        return TypedResults.Json(new JobsView([.. found.Items.Select(JobView.Create)], next), JobsJson.Default.JobsView);
    }

    private static async Task<IResult> ListErrorsAsync(HttpContext context, IJobs jobs)
    {
        var tenant = RequestValues.GetTenant(context.Request);
        return
            TryReadId(context, out var id)
            && await jobs.FindAsync(tenant, id, context.RequestAborted).ConfigureAwait(false) is not null
            ? TypedResults.Stream(
                output => WriteErrorsAsync(output, jobs, tenant, id, context.RequestAborted),
                JsonLines.MediaType
            )
            : Problem.Unknown("job");
    }

    private static async Task WriteErrorsAsync(
        Stream output,
        IJobs jobs,
        string tenant,
        Guid id,
        CancellationToken cancellationToken
    )
    {
        await foreach (var error in jobs.ListErrorsAsync(tenant, id, cancellationToken).ConfigureAwait(false))
        {
            await JsonSerializer
                .SerializeAsync(output, JobLineErrorView.Create(error), JobsJson.Default.JobLineErrorView, cancellationToken)
                .ConfigureAwait(false);
            await output.WriteAsync("\n"u8.ToArray(), cancellationToken).ConfigureAwait(false);
        }
    }

    private static bool TryReadId(HttpContext context, out Guid id) =>
        Guid.TryParseExact(RequestValues.Route(context.Request, "id"), "D", out id);
}
