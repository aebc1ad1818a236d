using Microsoft.AspNetCore.Http;
using Microsoft.Net.Http.Headers;
using Notify.Hosting.OpenApi;
using Notify.Hosting.Requests;

namespace Notify.Hosting.Jobs;

/// <summary>Describes the endpoints of jobs.</summary>
internal static class JobOperations
{
    private const string Tag = "jobs";

    private const string Example = """
        {
          "id": "0197a5c1-0c0e-7a53-9a3b-5d2f1c6e8b04", "kind": "import-users", "state": "running", "done": 41200,
          "total": 100000, "failed": 3, "perSecond": 5150, "remainingSeconds": 11, "createdAt": "2026-11-29T12:00:00Z",
          "startedAt": "2026-11-29T12:00:04Z"
        }
        """;

    private static IReadOnlyList<ApiResponse> Started { get; } =
    [
        new ApiResponse(StatusCodes.Status202Accepted, "The job, which is durable.")
        {
            Json = () => JobsJson.Default.JobView,
            Example = Example,
            Headers = [(HeaderNames.Location, "The path of the job.")],
        },
    ];

    public static ApiOperation List { get; } =
        new("listJobs", Tag, "Lists jobs, newest first.")
        {
            Scope = ApiScope.Manage,
            Parameters = ApiParameters.Page,
            Responses = [ApiResponse.Ok(() => JobsJson.Default.JobsView, "A page of jobs.")],
        };

    public static ApiOperation ImportUsers { get; } =
        Import(
            "importUsers",
            "Starts a job that saves users: one per line.",
            "Each line is a user as saveUser takes it, with its id. The columns of a CSV file are id, locale, timeZone, "
                + "quietHours.from, quietHours.to, addresses.*, and properties or properties.*. Each user replaces the one with "
                + "its id, so an import can be repeated."
        );

    public static ApiOperation ImportDevices { get; } =
        Import(
            "importDevices",
            "Starts a job that saves devices: one per line.",
            "The fields of a line, and the columns of a CSV file, are userId, id, platform, token, app, locale, timeZone, "
                + "registeredAt, lastSeenAt, prunedAt and pruneReason. Without lastSeenAt, a device counts as seen when the job "
                + "was created. A device that was seen later than its line tells is left as it is, so an import can be repeated."
        );

    public static ApiOperation ExportUsers { get; } =
        new("exportUsers", Tag, "Starts a job that writes all users as NDJSON.")
        {
            Description = "importUsers reads the result. Preferences are not included. The result can be read for a day.",
            Scope = ApiScope.Admin,
            Responses = Started,
        };

    public static ApiOperation ExportDevices { get; } =
        new("exportDevices", Tag, "Starts a job that writes all devices as NDJSON, with their whole tokens.")
        {
            Description = "importDevices reads the result. The result can be read for a day.",
            Scope = ApiScope.Admin,
            Responses = Started,
        };

    public static ApiOperation ExportUser { get; } =
        new("exportUser", Tag, "Starts a job that writes everything about a user as NDJSON.")
        {
            Description =
                "Each line has a kind: user, preferences, device, topic, inboxItem, delivery, notification or audit. Other "
                + "recipients are left out. The result can be read for a day.",
            Body = UserOfJobReader.Refer,
            BodyExample = UserOfJobReader.Example,
            Scope = ApiScope.Admin,
            Responses = Started,
        };

    public static ApiOperation EraseUser { get; } =
        new("eraseUser", Tag, "Starts a job that removes a user, and ends when all data about the user is erased.")
        {
            Description = "It does what deleteUser does, removes exports of the user, and shows when the erasure is complete.",
            Body = UserOfJobReader.Refer,
            BodyExample = UserOfJobReader.Example,
            Scope = ApiScope.Manage,
            Responses = Started,
        };

    public static ApiOperation PruneStaleDevices { get; } =
        new("pruneStaleDevices", Tag, "Starts a job that prunes the devices that were not seen for long.")
        {
            Description =
                "A pruned device gets no messages until its app registers again. The job counts the devices in affected; a dry "
                + "run only counts them.",
            Body = StaleDevicesReader.Refer,
            BodyExample = StaleDevicesReader.Example,
            Scope = ApiScope.Manage,
            Responses = Started,
        };

    public static ApiOperation GetResult { get; } =
        new("getJobResult", Tag, "Downloads the result of an export that has completed.")
        {
            Description = "A result expires a day after its job has ended: it contains personal data.",
            Scope = ApiScope.Admin,
            Problems = [ProblemCodes.NotFound],
            Responses = [ApiResponse.Text(JsonLines.MediaType, "The lines.")],
        };

    public static ApiOperation Get { get; } =
        new("getJob", Tag, "Shows a job and its progress.")
        {
            Scope = ApiScope.Manage,
            Problems = [ProblemCodes.NotFound],
            Responses = [ApiResponse.Ok(() => JobsJson.Default.JobView, "The job.", Example)],
        };

    public static ApiOperation ListErrors { get; } =
        new("listJobErrors", Tag, "Lists the lines of a job that failed: one per line.")
        {
            HasLines = true,
            Scope = ApiScope.Manage,
            Problems = [ProblemCodes.NotFound],
            Responses =
            [
                ApiResponse.Ok(() => JobsJson.Default.JobLineErrorView, "The lines that failed so far, in their order."),
            ],
        };

    public static ApiOperation Cancel { get; } =
        new("cancelJob", Tag, "Cancels a job. What it has done remains.")
        {
            Scope = ApiScope.Manage,
            Problems = [ProblemCodes.NotFound],
            Responses = [ApiResponse.Ok(() => JobsJson.Default.JobView, "The job afterwards.", Example)],
        };

    private static ApiOperation Import(string id, string summary, string description) =>
        new(id, Tag, summary)
        {
            Description =
                "The body is NDJSON, or CSV with a header (RFC 4180), in UTF-8. The number of lines is not limited. The job "
                + $"begins when the last line has arrived, and continues after a crash. {description}",
            ForeignBodies = [JsonLines.MediaType, CsvRows.MediaType],
            Scope = ApiScope.Manage,
            Problems = [ProblemCodes.UnsupportedMediaType, ProblemCodes.TooManyStreams],
            Responses = Started,
        };
}
