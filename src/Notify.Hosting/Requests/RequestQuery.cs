using System.Text.Json;
using System.Text.Json.Serialization;
using Microsoft.AspNetCore.Http;

namespace Notify.Hosting.Requests;

/// <summary>Reads a query as fields, like a body. A parameter that occurs more than once is an array.</summary>
internal static partial class RequestQuery
{
    public static IEnumerable<JsonField> Fields(HttpRequest request, FieldErrors errors) =>
        request.Query.Select(parameter =>
            JsonField.Root(
                parameter.Value.Count == 1
                    ? JsonSerializer.SerializeToElement(parameter.Value[0]!, QueryJson.Default.String)
                    : JsonSerializer.SerializeToElement(parameter.Value.ToArray()!, QueryJson.Default.StringArray),
                errors,
                parameter.Key
            )
        );

    [JsonSerializable(typeof(string))]
    [JsonSerializable(typeof(string[]))]
    private sealed partial class QueryJson : JsonSerializerContext;
}
