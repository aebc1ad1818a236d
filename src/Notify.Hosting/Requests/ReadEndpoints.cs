using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Routing;

namespace Notify.Hosting.Requests;

/// <summary>Extension methods that map reading endpoints and declare how endpoints use their query.</summary>
internal static class ReadEndpoints
{
    private static readonly string[] Methods = ["GET", "HEAD"];

    /// <summary>
    /// Maps GET and HEAD, which RFC 9110, section 9.1, requires as well. The server omits the body of the response to HEAD.
    /// </summary>
    public static RouteHandlerBuilder MapRead(this RouteGroupBuilder group, string pattern, Delegate handler) =>
        group.MapMethods(pattern, Methods, handler);

    /// <summary>Declares that the handler reads the query and refuses unknown parameters.</summary>
    public static RouteHandlerBuilder ReadsQuery(this RouteHandlerBuilder endpoint) => endpoint.WithMetadata(QueryUse.Read);

    /// <summary>Declares that the endpoint ignores its query, because third parties may add parameters to the URL.</summary>
    public static TBuilder IgnoresQuery<TBuilder>(this TBuilder endpoint)
        where TBuilder : IEndpointConventionBuilder => endpoint.WithMetadata(QueryUse.Ignored);
}

/// <summary>Endpoint metadata that declares how the query is used. Without it, an endpoint accepts no parameters.</summary>
internal sealed class QueryUse
{
    public static QueryUse Read { get; } = new();

    public static QueryUse Ignored { get; } = new();
}
