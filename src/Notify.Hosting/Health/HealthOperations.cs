using Notify.Hosting.OpenApi;

namespace Notify.Hosting.Health;

/// <summary>Describes the endpoints of health.</summary>
internal static class HealthOperations
{
    private const string Tag = "health";

    public static ApiOperation Live { get; } =
        new("getLiveness", Tag, "Answers while the process runs.")
        {
            Scope = ApiScope.None,
            HasTenant = false,
            Responses = [ApiResponse.Ok(() => HealthJson.Default.HealthView, "The process runs.", """{ "status": "live" }""")],
        };

    public static ApiOperation Ready { get; } =
        new("getReadiness", Tag, "Answers 200 while the process accepts calls.")
        {
            Scope = ApiScope.None,
            HasTenant = false,
            Problems = [ProblemCodes.Stopping],
            Responses =
            [
                ApiResponse.Ok(() => HealthJson.Default.HealthView, "The process accepts calls.", """{ "status": "ready" }"""),
            ],
        };
}
