using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;
using Microsoft.AspNetCore.Http;
using Notify.Hosting.Problems;
using Notify.Hosting.Requests;
using Notify.Providers.Sandbox;

namespace Notify.Hosting.Sandbox;

/// <summary><c>GET /v1/sandbox/messages</c>: lists the captured messages page by page, newest first.</summary>
internal static partial class SandboxListEndpoint
{
    public static IResult Handle(HttpContext context, ISandbox sandbox)
    {
        var errors = new FieldErrors();
        var page = RequestPage.Read(context.Request, errors);
        var before = ReadSequence(page.After);
        if (errors.Any)
            return Problem.InvalidFields(errors);

        SandboxMessage[] found = [.. sandbox.Messages.Where(message => message.Sequence < before).Take(page.FetchCount)];
        var next = page.Next(context.Request, found, message => $"{message.Sequence}");
        var items = JsonSerializer.SerializeToElement(
            [.. found.Take(page.Limit)],
            SandboxJson.Default.IReadOnlyListSandboxMessage
        );
        return TypedResults.Json(new SandboxMessagesView(items, next), ListJson.Default.SandboxMessagesView);
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

    [JsonSourceGenerationOptions(
        PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull
    )]
    [JsonSerializable(typeof(SandboxMessagesView))]
    private sealed partial class ListJson : JsonSerializerContext;
}

/// <summary>A page of captured messages, as the sandbox writes them.</summary>
internal sealed record SandboxMessagesView(JsonElement Items, string? Next);
