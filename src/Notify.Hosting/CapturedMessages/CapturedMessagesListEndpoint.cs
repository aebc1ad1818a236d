using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;
using Microsoft.AspNetCore.Http;
using Notify.Hosting.Problems;
using Notify.Hosting.Requests;
using Notify.Providers;

namespace Notify.Hosting.CapturedMessages;

/// <summary><c>GET /v1/sandbox/messages</c>: lists the captured messages page by page, newest first.</summary>
internal static class CapturedMessagesListEndpoint
{
    public static IResult Handle(HttpContext context, ICapturedMessages messages)
    {
        var errors = new FieldErrors();
        var query = new CapturedMessageQuery();
        var page = RequestPage.Read(context.Request, errors, field => query = ReadFilter(query, field));
        var before = ReadSequence(page.After);
        if (errors.Any)
            return Problem.InvalidFields(errors);

        var found = messages.Read(
            query with
            {
                Tenant = CapturedMessagesEndpoints.GetTenant(context),
                Before = before,
                Limit = page.Limit,
            }
        );
        var next = found.Last is { } last ? RequestPage.NextAfter(context.Request, $"{last}") : null;
        return TypedResults.Json(new CapturedMessagesView(found.Items, next), CapturedMessagesJson.Default.CapturedMessagesView);
    }

    private static CapturedMessageQuery ReadFilter(CapturedMessageQuery query, JsonField field)
    {
        switch (field.Name)
        {
            case "channel":
                return query with { Channel = ChannelReader.Read(field) };
            case "recipient":
                return query with { Recipient = field.Text() };
            case "text":
                return query with { Text = field.Text() };
            default:
                field.Unknown("channel", "recipient", "text", "after", "limit");
                return query;
        }
    }

    private static long ReadSequence(JsonField? after)
    {
        if (after is null)
            return long.MaxValue;
        if (long.TryParse(after.Text(), NumberStyles.None, CultureInfo.InvariantCulture, out var sequence))
            return sequence;

        after.Wrong("Use the sequence number of a message.");
        return 0;
    }
}

/// <summary>A page of captured messages, as the provider writes them.</summary>
internal sealed record CapturedMessagesView(JsonElement Items, string? Next);

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull
)]
[JsonSerializable(typeof(CapturedMessagesView))]
internal sealed partial class CapturedMessagesJson : JsonSerializerContext;
