using Notify.Hosting.OpenApi;

namespace Notify.Hosting.Diagnostics;

/// <summary>Describes the endpoint of diagnostics.</summary>
internal static class DiagnosticsOperations
{
    private const string Example = """
        {
          "checks": [
            {
              "kind": "provider",
              "name": "mail",
              "channel": "email",
              "status": "failed",
              "detail": "Greeting: the connection was refused.",
              "fix": "Check Host, Port, Security, UserName and Password of the provider."
            },
            { "kind": "engine", "name": "store", "status": "ok", "detail": "It can be read and written." }
          ]
        }
        """;

    public static ApiOperation Check { get; } =
        new("checkParts", "diagnostics", "Checks the providers and engines, without sending anything.")
        {
            Description =
                "Each provider and engine of the process that answers is checked: whether it is reachable and accepts the "
                + "credentials, and whether the circuit of the provider is open. The result is kept for 10 seconds.",
            Scope = ApiScope.Platform,
            HasTenant = false,
            Responses = [ApiResponse.Ok(() => DiagnosticsJson.Default.DiagnosticsView, "The checks.", Example)],
        };
}
