using System.Text.Json.Nodes;
using System.Text.Json.Serialization.Metadata;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;

namespace Notify.Hosting.OpenApi;

/// <summary>Endpoint metadata that describes an operation for the OpenAPI document.</summary>
/// <param name="Id">The stable id, which generated clients use as the name of a method.</param>
/// <param name="Tag">The resource.</param>
/// <param name="Summary">What the operation does, in one sentence.</param>
internal sealed record ApiOperation(string Id, string Tag, string Summary)
{
    /// <summary>Gets what a caller must know beside the summary.</summary>
    public string? Description { get; init; }

    /// <summary>Gets the schema of the JSON body; null for an operation without one.</summary>
    public Func<SchemaSet, JsonObject>? Body { get; init; }

    /// <summary>Gets whether the body and the response are NDJSON, whose lines have the schemas.</summary>
    public bool HasLines { get; init; }

    /// <summary>Gets an example of the body as JSON.</summary>
    public string? BodyExample { get; init; }

    /// <summary>Gets the media types of a body that is not read as JSON, and whose schema only its sender knows.</summary>
    public IReadOnlyList<string> ForeignBodies { get; init; } = [];

    /// <summary>Gets the parameters in the query and in headers.</summary>
    public IReadOnlyList<ApiParameter> Parameters { get; init; } = [];

    /// <summary>Gets the successful responses.</summary>
    public required IReadOnlyList<ApiResponse> Responses { get; init; }

    /// <summary>Gets types whose schemas the document has although no response refers to them.</summary>
    public IReadOnlyList<Func<JsonTypeInfo>> Schemas { get; init; } = [];

    /// <summary>Gets the scope that a key must have; null only for an operation that needs no key.</summary>
    public ApiScope? Scope { get; init; }

    /// <summary>Gets whether only a live key may call the operation, because it changes live notifications.</summary>
    public bool IsOnlyLive { get; init; }

    /// <summary>Gets the codes of the problems that only this operation and few others have.</summary>
    public IReadOnlyList<string> Problems { get; init; } = [];

    /// <summary>Gets whether the operation takes an idempotency key.</summary>
    public bool IsIdempotent { get; init; }

    /// <summary>Gets whether the operation needs neither a key nor a tenant.</summary>
    public bool IsOpen { get; init; }

    /// <summary>Gets whether the operation acts for a tenant.</summary>
    public bool HasTenant { get; init; } = true;
}

/// <summary>A parameter of an operation.</summary>
/// <param name="Name">The name.</param>
/// <param name="In"><c>query</c>, <c>header</c> or <c>path</c>.</param>
/// <param name="Schema">Creates the schema.</param>
internal sealed record ApiParameter(string Name, string In, Func<SchemaSet, JsonObject> Schema)
{
    public static ApiParameter Query(string name, Func<SchemaSet, JsonObject> schema) => new(name, "query", schema);

    public static ApiParameter Header(string name, Func<SchemaSet, JsonObject> schema) => new(name, "header", schema);
}

/// <summary>A successful response of an operation.</summary>
/// <param name="Status">The status.</param>
/// <param name="Description">When the operation answers with it.</param>
internal sealed record ApiResponse(int Status, string Description)
{
    /// <summary>
    /// Gets the type of the JSON that the response contains; null for a response without JSON. It is a function because reading
    /// the properties of all types was a quarter of what a start compiled, and only the document needs them.
    /// </summary>
    public Func<JsonTypeInfo>? Json { get; init; }

    /// <summary>Gets an example of the JSON.</summary>
    public string? Example { get; init; }

    /// <summary>Gets the media type of a response that is not JSON.</summary>
    public string? MediaType { get; init; }

    /// <summary>Gets the names and descriptions of the headers.</summary>
    public IReadOnlyList<(string Name, string Description)> Headers { get; init; } = [];

    public static ApiResponse Ok(Func<JsonTypeInfo> json, string description, string? example = null) =>
        new(StatusCodes.Status200OK, description) { Json = json, Example = example };

    public static ApiResponse NoContent(string description) => new(StatusCodes.Status204NoContent, description);

    public static ApiResponse Text(string mediaType, string description) =>
        new(StatusCodes.Status200OK, description) { MediaType = mediaType };
}

internal static class ApiOperationExtensions
{
    /// <summary>Describes the endpoint in the OpenAPI document. Every endpoint has a description.</summary>
    public static RouteHandlerBuilder Describe(this RouteHandlerBuilder endpoint, ApiOperation operation) =>
        endpoint.WithMetadata(operation);
}
