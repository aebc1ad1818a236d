using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Notify.Hosting.Requests;

/// <summary>Extension methods that let endpoints answer HEAD and declare how endpoints use their query.</summary>
internal static class ReadEndpoints
{
    private static readonly HttpMethodMetadata GetAndHead = new([HttpMethods.Get, HttpMethods.Head]);

    /// <summary>
    /// Lets each endpoint of the group that answers GET answer HEAD as well, which RFC 9110, section 9.1, requires. The server
    /// omits the body of the response to HEAD.
    /// </summary>
    public static RouteGroupBuilder AnswerHead(this RouteGroupBuilder group)
    {
        ((IEndpointConventionBuilder)group).Add(endpoint =>
        {
            if (endpoint.Metadata.OfType<IHttpMethodMetadata>().LastOrDefault()?.HttpMethods is ["GET"])
                endpoint.Metadata.Add(GetAndHead);
        });
        return group;
    }

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
