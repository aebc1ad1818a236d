using Notify.Hosting.OpenApi;

namespace Notify.Hosting.Providers;

/// <summary>Describes the endpoints of providers.</summary>
internal static class ProviderOperations
{
    private const string Tag = "providers";

    private const string Example = """
        {
          "name": "mail-eu",
          "channel": "email",
          "paused": false,
          "maxPerSecond": 100,
          "processes": [
            {
              "process": "delivery-1/1",
              "at": "2031-05-28T09:30:00Z",
              "sent": 1520,
              "retried": 3,
              "failed": 1,
              "latency": { "p50": 42, "p95": 95, "p99": 180 }
            }
          ]
        }
        """;

    public static ApiOperation List { get; } =
        new("listProviders", Tag, "Lists the providers, and their activity in the processes that use them.")
        {
            Description = "A provider serves all tenants, so this needs a key that may act for any tenant.",
            Scope = ApiScope.Platform,
            HasTenant = false,
            Responses = [ApiResponse.Ok(() => ProvidersJson.Default.ProvidersView, "All providers, ordered by name.")],
        };

    public static ApiOperation Pause { get; } =
        new("pauseProvider", Tag, "Pauses a provider until it is resumed.")
        {
            Description =
                "The provider takes no further deliveries, of any tenant. They move to another provider of the channel that can "
                + "send them, or wait. All processes follow within seconds, and after restarts.",
            Scope = ApiScope.Platform,
            HasTenant = false,
            Problems = [ProblemCodes.NotFound],
            Responses = [ApiResponse.Ok(() => ProvidersJson.Default.ProviderView, "The provider.", Example)],
        };

    public static ApiOperation Resume { get; } =
        new("resumeProvider", Tag, "Resumes a provider.")
        {
            Scope = ApiScope.Platform,
            HasTenant = false,
            Problems = [ProblemCodes.NotFound],
            Responses = [ApiResponse.Ok(() => ProvidersJson.Default.ProviderView, "The provider.", Example)],
        };
}
