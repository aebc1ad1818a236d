using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;
using Notify.Hosting.Requests;

namespace Notify.Hosting.OpenApi;

/// <summary>Writes operations into the OpenAPI document.</summary>
internal sealed class ApiOperationWriter(SchemaSet schemas, ApiProblems problems)
{
    private const string Json = "application/json";

    public JsonObject Write(ApiOperation operation, IEnumerable<string> pathParameters)
    {
        var written = new JsonObject
        {
            ["operationId"] = operation.Id,
            ["tags"] = Schema.ToArray(operation.Tag),
            ["summary"] = operation.Summary,
        };
        if (operation.Description is not null)
            written["description"] = operation.Description;
        written["security"] = operation.IsOpen ? [] : ApiInfo.WriteSecurity(GetScope(operation));

        IEnumerable<ApiParameter> parameters =
        [
            .. pathParameters.Select(PathParameters.Get),
            .. operation.Parameters,
            .. operation.HasTenant && !operation.IsOpen ? [ApiParameters.Tenant] : Array.Empty<ApiParameter>(),
            .. operation.IsIdempotent ? [ApiParameters.IdempotencyKey] : Array.Empty<ApiParameter>(),
        ];
        JsonNode[] listed = [.. parameters.Select(Write)];
        if (listed.Length > 0)
            written["parameters"] = new JsonArray(listed);
        if (WriteBody(operation) is { } body)
            written["requestBody"] = body;

        foreach (var type in operation.Schemas)
            schemas.Refer(type());
        var responses = new JsonObject();
        foreach (var response in operation.Responses)
            responses[$"{response.Status}"] = Write(response, operation);
        problems.Add(responses, operation);
        written["responses"] = responses;
        return written;
    }

    private static ApiScope GetScope(ApiOperation operation) =>
        operation.Scope
        ?? throw new InvalidOperationException(
            $"The operation {operation.Id} has no scope. Set its {nameof(ApiOperation.Scope)}."
        );

    private JsonObject Write(ApiParameter parameter)
    {
        var schema = parameter.Schema(schemas);
        var written = new JsonObject { ["name"] = parameter.Name, ["in"] = parameter.In };
        if (parameter.In == PathParameters.In)
            written["required"] = true;
        if (schema["description"]?.GetValue<string>() is { } description)
            written["description"] = description;
        schema.Remove("description");
        written["schema"] = schema;
        return written;
    }

    private JsonObject? WriteBody(ApiOperation operation)
    {
        if (operation.Body is null && operation.ForeignBodies.Count == 0)
            return null;

        var content = new JsonObject();
        foreach (var mediaType in operation.ForeignBodies)
            content[mediaType] = new JsonObject { ["schema"] = new JsonObject() };
        if (operation.Body is { } body)
            content[GetMediaType(operation)] = WithExample(new JsonObject { ["schema"] = body(schemas) }, operation.BodyExample);
        return new JsonObject { ["required"] = operation.Body is not null, ["content"] = content };
    }

    private JsonObject Write(ApiResponse response, ApiOperation operation)
    {
        var written = new JsonObject { ["description"] = response.Description };
        var headers = new JsonObject();
        foreach (var (name, description) in response.Headers)
            headers[name] = CreateHeader(description);
        if (operation.IsIdempotent)
            headers[ReplayedResult.Header] = CreateHeader("Is true if the answer repeats that of an earlier call with the key.");
        if (headers.Count > 0)
            written["headers"] = headers;
        if (response.Json is { } json)
            written["content"] = new JsonObject
            {
                [GetMediaType(operation)] = WithExample(new JsonObject { ["schema"] = schemas.Refer(json()) }, response.Example),
            };
        else if (response.MediaType is { } mediaType)
            written["content"] = new JsonObject
            {
                [mediaType] = new JsonObject
                {
                    ["schema"] = new JsonObject { ["type"] = mediaType == Json ? "object" : "string" },
                },
            };
        return written;
    }

    private static string GetMediaType(ApiOperation operation) => operation.HasLines ? JsonLines.MediaType : Json;

    private static JsonObject CreateHeader(string description) =>
        new()
        {
            ["description"] = description,
            ["schema"] = new JsonObject { ["type"] = "string" },
        };

    private static JsonObject WithExample(JsonObject media, string? example)
    {
        if (example is not null)
            media["example"] = JsonNode.Parse(example);
        return media;
    }
}
