using Microsoft.AspNetCore.Http;
using Microsoft.Net.Http.Headers;
using Notify.Hosting.OpenApi;
using Notify.Hosting.Requests;

namespace Notify.Hosting.Jobs;

/// <summary>Describes the endpoints of jobs.</summary>
internal static class JobOperations
{
    private const string Tag = "jobs";

    public static ApiOperation List { get; } =
        new("listJobs", Tag, "Lists jobs, newest first.")
        {
            Scope = ApiScope.Manage,
            Parameters = ApiParameters.Page,
            Responses = [ApiResponse.Ok(JobsJson.Default.JobsView, "A page of jobs.")],
        };

    public static ApiOperation ImportUsers { get; } =
        new("importUsers", Tag, "Starts a job that saves users: one per line.")
        {
            Description =
                "The body is NDJSON: each line is a user as saveUser takes it, with its id. The number of lines is not limited. "
                + "The job begins when the last line has arrived, and continues after a crash. Each user replaces the one with "
                + "its id, so an import can be repeated.",
            ForeignBodies = [JsonLines.MediaType],
            Scope = ApiScope.Manage,
            Problems = [ProblemCodes.UnsupportedMediaType, ProblemCodes.TooManyStreams],
            Responses =
            [
                new ApiResponse(StatusCodes.Status202Accepted, "The job, which is durable.")
                {
                    Json = JobsJson.Default.JobView,
                    Headers = [(HeaderNames.Location, "The path of the job.")],
                },
            ],
        };

    public static ApiOperation Get { get; } =
        new("getJob", Tag, "Shows a job and its progress.")
        {
            Scope = ApiScope.Manage,
            Problems = [ProblemCodes.NotFound],
            Responses = [ApiResponse.Ok(JobsJson.Default.JobView, "The job.")],
        };

    public static ApiOperation ListErrors { get; } =
        new("listJobErrors", Tag, "Lists the lines of a job that failed: one per line.")
        {
            HasLines = true,
            Scope = ApiScope.Manage,
            Problems = [ProblemCodes.NotFound],
            Responses = [ApiResponse.Ok(JobsJson.Default.JobLineErrorView, "The lines that failed so far, in their order.")],
        };

    public static ApiOperation Cancel { get; } =
        new("cancelJob", Tag, "Cancels a job. What it has done remains.")
        {
            Scope = ApiScope.Manage,
            Problems = [ProblemCodes.NotFound],
            Responses = [ApiResponse.Ok(JobsJson.Default.JobView, "The job afterwards.")],
        };
}
