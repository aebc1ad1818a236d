using System.CommandLine;
using Notify.Cli.Commands;
using Notify.Cli.Output;
using Notify.Cli.Service;
using Notify.Cli.Watching;

namespace Notify.Cli.Sending;

/// <summary><c>notify send</c>.</summary>
internal static class SendCommand
{
    private static readonly Option<string[]> Users = ToolOptions.Texts("--user", "The ID of a user. May be repeated.", "id");
    private static readonly Option<string[]> Topics = ToolOptions.Texts("--topic", "A topic. May be repeated.", "name");
    private static readonly Option<string[]> Emails = ToolOptions.Texts(
        "--email",
        "An email address. May be repeated.",
        "address"
    );
    private static readonly Option<string[]> Phones = ToolOptions.Texts("--phone", "A phone number. May be repeated.", "number");
    private static readonly Option<string[]> Webhooks = ToolOptions.Texts("--webhook", "A URL. May be repeated.", "url");
    private static readonly Option<bool> Wait = ToolOptions.Flag(
        "--wait",
        "Wait until everything has ended, and show the result."
    );
    private static readonly TriggerOptions Options = new();

    public static Command Create() =>
        Options
            .AddTo(new Command("send", "Sends a notification.") { Users, Topics, Emails, Phones, Webhooks, Wait })
            .Run(SendAsync);

    private static async Task<int> SendAsync(ToolCall call, ServiceSession session, CancellationToken cancellationToken)
    {
        Recipient[] to =
        [
            .. call.Get(Users).Select(Recipient.User),
            .. call.Get(Topics).Select(Recipient.Topic),
            .. call.Get(Emails).Select(Recipient.Email),
            .. call.Get(Phones).Select(Recipient.Phone),
            .. call.Get(Webhooks).Select(Recipient.Webhook),
        ];
        if (to.Length == 0)
            throw ToolException.CreateUsage("Give a recipient: --user, --topic, --email, --phone or --webhook.");

        var trigger = await Options.CreateAsync(call, RecipientList.Create(to), cancellationToken).ConfigureAwait(false);
        var result = await session.Notifier.TriggerAsync(trigger, cancellationToken).ConfigureAwait(false);
        if (call.Get(Wait))
            return await StatusCommand.WaitAsync(call, session, result.Id, cancellationToken).ConfigureAwait(false);

        call.Report.Write(AcceptedView.Create(result), ToolJson.Default.AcceptedView, () => WriteText(call.Report, result));
        return ExitCode.Done;
    }

    private static void WriteText(Report report, TriggerResult result)
    {
        report.WriteLine($"{result.Id}");
        if (result.IsDuplicate)
            report.WriteNote("The idempotency key was used before: this is the first notification.");
        foreach (var skipped in result.Skipped)
            report.WriteNote($"Nothing is sent to {skipped.Recipient}: {skipped.Reason}");
        report.WriteNote($"Accepted. See 'notify status {result.Id}'.");
    }
}

/// <summary>An accepted notification as --json shows it.</summary>
internal sealed record AcceptedView(Guid Id, bool Duplicate, int SkippedTotal, IReadOnlyList<SkippedView> Skipped)
{
    public static AcceptedView Create(TriggerResult result) =>
        new(
            result.Id,
            result.IsDuplicate,
            result.SkippedTotal,
            [.. result.Skipped.Select(one => new SkippedView($"{one.Recipient}", one.Channel?.Name, one.Code, one.Reason))]
        );
}

/// <summary>A recipient to which nothing is sent.</summary>
internal sealed record SkippedView(string Recipient, string? Channel, string Code, string Reason);
