using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using Notify.Hosting.Problems;
using Notify.Hosting.Requests;

namespace Notify.Hosting.OpenApi;

/// <summary>
/// <c>GET /openapi/v1.json</c>: the OpenAPI 3.1 document of the endpoints that are mapped together. As endpoint metadata, an
/// instance marks these endpoints.
/// </summary>
internal sealed class ApiDocument
{
    private const string Path = "/openapi/v1.json";

    // An application's own document at the same path takes precedence.
    private const int Order = 1;

    private static readonly JsonWriterOptions Format = new()
    {
        Indented = true,
        NewLine = "\n",
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    private static readonly ApiOperation Operation = new("getOpenApiDocument", "api", "Shows this document.")
    {
        IsOpen = true,
        Responses = [ApiResponse.Text("application/json", "The document in OpenAPI 3.1.")],
    };

    private readonly Lock _lock = new();
    private byte[]? _written;

    /// <summary>
    /// Maps the document into a group with the prefix of the endpoints that it describes. It needs no key: it contains names and
    /// limits, but no secret, no data of a tenant and no provider.
    /// </summary>
    public void Map(RouteGroupBuilder group)
    {
        group.MapGet(Path, Show).WithOrder(Order).Describe(Operation);
        group.MapOtherMethods(Path, "GET, HEAD", Order);
    }

    private IResult Show(HttpContext context)
    {
        var services = context.RequestServices;
        var endpoint = (RouteEndpoint)context.GetEndpoint()!;
        var prefix = endpoint.RoutePattern.RawText![..^Path.Length];
        lock (_lock)
            _written ??= Write(services, prefix);
        // The same for everyone, and each start of another version changes it.
        return CachedAnswer.Create(context, _written, "application/json; charset=utf-8", "no-cache");
    }

    private byte[] Write(IServiceProvider services, string prefix)
    {
        var schemas = new SchemaSet(
            services.GetRequiredService<IOptions<NotificationsOptions>>().Value,
            services.GetRequiredService<IOptions<NotificationsApiOptions>>().Value.MaxBodyBytes
        );
        var problems = new ApiProblems(schemas);
        var paths = WritePaths(services.GetRequiredService<EndpointDataSource>(), prefix, schemas, problems);
        var document = new JsonObject
        {
            ["openapi"] = "3.1.1",
            ["jsonSchemaDialect"] = "https://spec.openapis.org/oas/3.1/dialect/base",
            ["info"] = ApiInfo.Write(),
            ["servers"] = new JsonArray(
                new JsonObject { ["url"] = prefix.Length == 0 ? "/" : $"/{prefix.Trim('/')}", ["description"] = "This host." }
            ),
            ["security"] = ApiInfo.WriteSecurity(ApiScope.None),
            ["tags"] = ApiInfo.WriteTags(),
            ["paths"] = paths,
            ["components"] = new JsonObject
            {
                ["schemas"] = schemas.Write(),
                ["responses"] = problems.Write(),
                ["securitySchemes"] = ApiInfo.WriteSecuritySchemes(),
            },
        };
        using var stream = new MemoryStream();
        using (var writer = new Utf8JsonWriter(stream, Format))
            document.WriteTo(writer);
        stream.Write("\n"u8);
        return stream.ToArray();
    }

    private JsonObject WritePaths(EndpointDataSource source, string prefix, SchemaSet schemas, ApiProblems problems)
    {
        var operations = source
            .Endpoints.OfType<RouteEndpoint>()
            .Where(endpoint => endpoint.Metadata.GetMetadata<ApiDocument>() == this)
            .Select(endpoint => (Endpoint: endpoint, Operation: endpoint.Metadata.GetMetadata<ApiOperation>()))
            .Where(mapped => mapped.Operation is not null)
            .Select(mapped => (Path: GetPath(mapped.Endpoint, prefix), mapped.Endpoint, Operation: mapped.Operation!))
            .OrderBy(mapped => mapped.Path, StringComparer.Ordinal);
        var paths = new JsonObject();
        foreach (var (path, endpoint, operation) in operations)
        {
            if (paths[path] is not JsonObject item)
                paths[path] = item = [];
            // GET stands for HEAD as well.
            var method = endpoint.Metadata.GetRequiredMetadata<IHttpMethodMetadata>().HttpMethods[0];
            var names = endpoint.RoutePattern.Parameters.Select(parameter => parameter.Name);
            item[method.ToLowerInvariant()] = new ApiOperationWriter(schemas, problems).Write(operation, names);
        }

        return paths;
    }

    private static string GetPath(RouteEndpoint endpoint, string prefix) =>
        endpoint.RoutePattern.RawText![prefix.Length..] is { Length: > 0 } path ? path : "/";
}
