using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Routing;

namespace Notify.Hosting.Requests;

/// <summary>Maps endpoints that only read, and declares how endpoints use their query.</summary>
internal static class ReadEndpoints
{
    private static readonly string[] Methods = ["GET", "HEAD"];

    /// <summary>
    /// Maps GET and, as RFC 9110 section 9.1 requires beside it, HEAD. The server leaves out the body of a HEAD.
    /// </summary>
    public static RouteHandlerBuilder MapRead(this RouteGroupBuilder group, string pattern, Delegate handler) =>
        group.MapMethods(pattern, Methods, handler);

    /// <summary>Declares that the handler reads the query itself and refuses the parameters that it does not know.</summary>
    public static RouteHandlerBuilder ReadsQuery(this RouteHandlerBuilder endpoint) => endpoint.WithMetadata(QueryUse.Read);

    /// <summary>Declares that others may add parameters to the URL, which the endpoint ignores.</summary>
    public static TBuilder IgnoresQuery<TBuilder>(this TBuilder endpoint)
        where TBuilder : IEndpointConventionBuilder => endpoint.WithMetadata(QueryUse.Ignored);
}

/// <summary>How an endpoint uses its query. An endpoint that declares nothing takes no parameters.</summary>
internal sealed class QueryUse
{
    public static QueryUse Read { get; } = new();

    public static QueryUse Ignored { get; } = new();
}
