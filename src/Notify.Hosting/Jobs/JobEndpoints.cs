using System.Runtime.CompilerServices;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Notify.Hosting.Authentication;
using Notify.Hosting.OpenApi;
using Notify.Hosting.Problems;
using Notify.Hosting.Requests;

namespace Notify.Hosting.Jobs;

/// <summary><c>/v1/jobs</c>: starts, shows, lists and cancels jobs.</summary>
internal static class JobEndpoints
{
    private const string Import = "/v1/jobs/import-users";

    public static void MapJobs(this RouteGroupBuilder group)
    {
        group.MapRead("/v1/jobs", ListAsync).ReadsQuery().Describe(JobOperations.List);
        group.MapOtherMethods("/v1/jobs", "GET, HEAD");
        group.MapPost(Import, ImportUsersAsync).Describe(JobOperations.ImportUsers).Audit("import of users started");
        group.MapOtherMethods(Import, "POST");
        group.MapRead("/v1/jobs/{id}", FindAsync).Describe(JobOperations.Get);
        group.MapOtherMethods("/v1/jobs/{id}", "GET, HEAD");
        group.MapRead("/v1/jobs/{id}/errors", ListErrorsAsync).Describe(JobOperations.ListErrors);
        group.MapOtherMethods("/v1/jobs/{id}/errors", "GET, HEAD");
        group.MapPost("/v1/jobs/{id}/cancel", CancelAsync).Describe(JobOperations.Cancel).Audit("job cancelled");
        group.MapOtherMethods("/v1/jobs/{id}/cancel", "POST");
    }

    private static async Task<IResult> ImportUsersAsync(HttpContext context, IJobs jobs)
    {
        var request = context.Request;
        if (!JsonLines.AreIn(request))
            return Problem.NotLines();
        if (RequestBody.IsEncoded(request))
            return Problem.Encoded(context.Response);

        var limit = context.GetEndpoint()!.Metadata.GetRequiredMetadata<TriggerStreams.TriggerStreamLimit>().Streams;
        using var entry = limit.TryEnter(context);
        if (entry is null)
            return Problem.TooManyStreams(limit.Max);

        var tenant = RequestValues.GetTenant(request);
        var lines = ReadUsersAsync(context, tenant, context.RequestAborted);
        var job = await jobs.ImportUsersAsync(tenant, lines, context.RequestAborted).ConfigureAwait(false);
        context.Response.Headers.Location = $"{request.PathBase}{request.Path.Value![..^Import.Length]}/v1/jobs/{job.Id}";
        return TypedResults.Json(JobView.Create(job), JobsJson.Default.JobView, statusCode: StatusCodes.Status202Accepted);
    }

    private static async IAsyncEnumerable<UserImportLine> ReadUsersAsync(
        HttpContext context,
        string tenant,
        [EnumeratorCancellation] CancellationToken cancellationToken
    )
    {
        var limits = context.GetEndpoint()!.Metadata.GetRequiredMetadata<BodyLimits>();
        var lines = LineReader.Open(context, limits);
        while (await lines.ReadAsync(Task.CompletedTask, cancellationToken).ConfigureAwait(false) is { } batch)
        {
            using (batch)
            {
                foreach (var line in batch.Lines)
                    yield return UserLineReader.Read(line, tenant, limits.MaxBytes);
            }
        }

        if (lines.IsTimedOut)
            throw new BadHttpRequestException("The body arrives too slowly.", StatusCodes.Status408RequestTimeout);
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
