using System.Reflection;
using System.Text.Json;
using ModelContextProtocol;
using ModelContextProtocol.Server;

namespace Notify.Host.Mcp;

/// <summary>The tools of the server, and the scope that each of them needs.</summary>
internal static class Tools
{
    // The names in arguments and results are those of the HTTP API, and what has no value is left out.
    private static readonly JsonSerializerOptions Json = new(McpJsonUtilities.DefaultOptions)
    {
        PropertyNamingPolicy = JsonNamingPolicy.CamelCase,
    };

    private static readonly (ApiScope Scope, McpServerTool Tool)[] All =
    [
        .. Create<SendTools>(ApiScope.Send),
        .. Create<NotificationTools>(ApiScope.Read),
        .. Create<TemplateTools>(ApiScope.Read),
        .. Create<RecipientTools>(ApiScope.Read),
    ];

    /// <summary>Lists the tools of a caller. Any other tool does not exist for it.</summary>
    public static IEnumerable<McpServerTool> List(ApiScope scopes) =>
        All.Where(tool => scopes.HasFlag(tool.Scope)).Select(tool => tool.Tool);

    private static IEnumerable<(ApiScope Scope, McpServerTool Tool)> Create<TTools>(ApiScope scope)
        where TTools : class =>
        typeof(TTools)
            .GetMethods(BindingFlags.Public | BindingFlags.Instance | BindingFlags.DeclaredOnly)
            .Select(method =>
                (
                    scope,
                    McpServerTool.Create(
                        method,
                        request => ActivatorUtilities.CreateInstance<TTools>(request.Services!),
                        new McpServerToolCreateOptions { SerializerOptions = Json }
                    )
                )
            );
}
