using System.CommandLine;
using System.Text.Json;
using Notify.Cli.Commands;

namespace Notify.Cli.Sending;

/// <summary>The options of a trigger that <c>send</c> and <c>broadcast</c> share.</summary>
internal sealed class TriggerOptions
{
    private readonly Option<string?> _template = ToolOptions.Text("--template", "The template to render.", "name");
    private readonly Option<string?> _workflow = ToolOptions.Text("--workflow", "The workflow to run.", "name");

    private readonly Option<string?> _data = ToolOptions.Text(
        "--data",
        "The variables of the template: a JSON object, or @ and the path of a file with one.",
        "json"
    );

    private readonly Option<string?> _title = ToolOptions.Text("--title", "The title, or the subject of an email.", "text");
    private readonly Option<string?> _body = ToolOptions.Text("--body", "The plain text; - to read the standard input.", "text");

    private readonly Option<string?> _html = ToolOptions.Text(
        "--html",
        "The HTML of an email, or @ and the path of a file with it.",
        "html"
    );

    private readonly Option<string[]> _channels = ToolOptions.Texts(
        "--channel",
        "A channel to use, such as push, sms, email or webhook. May be repeated. Without it, every channel with an address.",
        "name"
    );

    private readonly Option<string?> _priority = ToolOptions.Choice("--priority", "The priority.", "high", "normal", "bulk");
    private readonly Option<string?> _category = ToolOptions.Text(
        "--category",
        "The category, to which preferences refer.",
        "name"
    );
    private readonly Option<string?> _reference = ToolOptions.Text("--reference", "Your own ID, such as that of an order.", "id");
    private readonly Option<string[]> _tags = ToolOptions.Texts("--tag", "A label for lists. May be repeated.", "label");

    private readonly Option<string?> _key = ToolOptions.Text(
        "--idempotency-key",
        "A key under which the same trigger is accepted only once, however often the command runs.",
        "key"
    );

    private readonly Option<DateTimeOffset?> _sendAt = ToolOptions.Time("--send-at", "The time at which to send.");
    private readonly Option<DateTimeOffset?> _expiresAt = ToolOptions.Time("--expires-at", "The time after which not to send.");

    /// <summary>Adds the options to a command.</summary>
    public TCommand AddTo<TCommand>(TCommand command)
        where TCommand : Command
    {
        Option[] options =
        [
            _template,
            _workflow,
            _data,
            _title,
            _body,
            _html,
            _channels,
            _priority,
            _category,
            _reference,
            _tags,
            _key,
            _sendAt,
            _expiresAt,
        ];
        foreach (var option in options)
            command.Options.Add(option);
        return command;
    }

    /// <summary>Creates the trigger.</summary>
    public async Task<Trigger> CreateAsync(ToolCall call, RecipientList to, CancellationToken cancellationToken)
    {
        var trigger = new Trigger
        {
            Tenant = call.Tenant,
            To = to,
            Template = call.Get(_template),
            Workflow = call.Get(_workflow),
            Content = await ReadContentAsync(call, cancellationToken).ConfigureAwait(false),
            Channels = call.Get(_channels) is { Length: > 0 } channels ? [.. channels.Select(ParseChannel)] : null,
            Priority = ParsePriority(call.Get(_priority)),
            Category = call.Get(_category),
            Reference = call.Get(_reference),
            Tags = call.Get(_tags) is { Length: > 0 } tags ? tags : null,
            IdempotencyKey = call.Get(_key),
            SendAt = call.Get(_sendAt),
            ExpiresAt = call.Get(_expiresAt),
        };
        return call.Get(_data) is { } data
            ? trigger.WithData(await ReadDataAsync(data, cancellationToken).ConfigureAwait(false))
            : trigger;
    }

    private async Task<Content?> ReadContentAsync(ToolCall call, CancellationToken cancellationToken)
    {
        var (title, body, html) = (call.Get(_title), call.Get(_body), call.Get(_html));
        if (title is null && body is null && html is null)
            return null;
        if (body == "-")
            body = await call.Environment.Input.ReadToEndAsync(cancellationToken).ConfigureAwait(false);
        return new Content
        {
            Title = title,
            Body = body,
            Html = html is null ? null : await ReadTextAsync(html, cancellationToken).ConfigureAwait(false),
        };
    }

    private static async Task<JsonElement> ReadDataAsync(string data, CancellationToken cancellationToken)
    {
        var json = await ReadTextAsync(data, cancellationToken).ConfigureAwait(false);
        try
        {
            using var document = JsonDocument.Parse(json);
            if (document.RootElement.ValueKind == JsonValueKind.Object)
                return document.RootElement.Clone();
        }
        catch (JsonException) { }

        throw ToolException.CreateUsage("--data must be a JSON object, such as '{\"order\":42}', or @ and the path of a file.");
    }

    private static async Task<string> ReadTextAsync(string value, CancellationToken cancellationToken) =>
        value.StartsWith('@') ? await File.ReadAllTextAsync(value[1..], cancellationToken).ConfigureAwait(false) : value;

    private static Channel ParseChannel(string name) =>
        Channel.TryParse(name, out var channel)
            ? channel
            : throw ToolException.CreateUsage(
                $"--channel: '{name}' is not a channel. Use one such as push, sms, email or webhook."
            );

    private static Priority ParsePriority(string? name) =>
        name switch
        {
            "high" => Priority.High,
            "bulk" => Priority.Bulk,
            _ => Priority.Normal,
        };
}
