using System.Text.Json.Serialization;

namespace Notify.MinimalApi;

/// <summary>
/// The higher ceiling: a minimal API endpoint that deserializes the same body and answers with the same bytes, but with a fixed
/// id, and that stores nothing.
/// </summary>
internal static class EmptyEndpoint
{
    public static WebApplication Build(WebApplicationBuilder builder)
    {
        var app = BuildWithJson(builder);
        var id = Guid.CreateVersion7();
        var url = $"/v1/notifications/{id}";
        app.MapPost("/v1/notifications", (TriggerDocument trigger) =>
            trigger is { To.Length: > 0, Content.Body: not null }
                ? Results.Accepted(url, new AcceptedDocument(id, false, url))
                : Results.BadRequest()
        );
        return app;
    }

    public static WebApplication BuildWithJson(WebApplicationBuilder builder)
    {
        builder.Services.ConfigureHttpJsonOptions(options =>
            options.SerializerOptions.TypeInfoResolverChain.Insert(0, EmptyJson.Default)
        );
        return builder.Build();
    }
}

/// <summary>The body of a trigger to an email address.</summary>
internal sealed record TriggerDocument(RecipientDocument[] To, ContentDocument Content);

internal sealed record RecipientDocument(string Email);

internal sealed record ContentDocument(string? Title, string? Body);

/// <summary>The body of the answer.</summary>
internal sealed record AcceptedDocument(Guid Id, bool Duplicate, string StatusUrl);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(TriggerDocument))]
[JsonSerializable(typeof(AcceptedDocument))]
internal sealed partial class EmptyJson : JsonSerializerContext;
