using System.Text.Json;
using ModelContextProtocol;
using ModelContextProtocol.Protocol;
using ModelContextProtocol.Server;
using Notify.Hosting;

namespace Notify.Host.Mcp;

/// <summary>Explains errors of a caller to it, so that an assistant can correct its call. Other errors reveal nothing.</summary>
internal static class ToolErrors
{
    public static McpRequestHandler<CallToolRequestParams, CallToolResult> Explain(
        McpRequestHandler<CallToolRequestParams, CallToolResult> next
    ) =>
        async (request, cancellationToken) =>
        {
            try
            {
                return await next(request, cancellationToken);
            }
            catch (InvalidRequestException exception)
            {
                return Create([.. exception.Errors.Select(error => $"{error.Field}: {error.Message}")]);
            }
            catch (IdempotencyConflictException exception)
            {
                return Create(exception.Message);
            }
            catch (Exception exception) when (exception is JsonException or ArgumentException)
            {
                return Create("An argument does not match the schema of the tool.");
            }
        };

    /// <summary>Creates the error for something that the tenant of the caller does not have.</summary>
    public static McpException CreateUnknown(string resource) => new($"This {resource} does not exist.");

    /// <summary>Gets the caller.</summary>
    public static ApiCaller GetCaller(this IHttpContextAccessor accessor) => ApiCaller.Find(accessor.HttpContext!)!;

    private static CallToolResult Create(params string[] lines) =>
        new() { IsError = true, Content = [new TextContentBlock { Text = string.Join('\n', lines) }] };
}
