using Microsoft.AspNetCore.Http;

namespace Notify.Dashboard.Rendering;

/// <summary>The end of an action: its outcome for the audit log, and the page that follows.</summary>
internal sealed record ActionOutcome
{
    public required AuditOutcome Outcome { get; init; }

    /// <summary>Gets the message of the following page.</summary>
    public string Notice { get; init; } = "";

    /// <summary>Gets the path of the following page below the prefix of the dashboard.</summary>
    public string Next { get; init; } = "";

    /// <summary>Gets the response, instead of a redirection to another page.</summary>
    public IResult? Result { get; init; }

    public static ActionOutcome Done(string next, string notice) =>
        new()
        {
            Outcome = AuditOutcome.Succeeded,
            Next = next,
            Notice = notice,
        };

    public static ActionOutcome Unchanged(string next, string notice) =>
        Done(next, notice) with
        {
            Outcome = AuditOutcome.Unchanged,
        };

    public static ActionOutcome Refused(string next, string notice) => Done(next, notice) with { Outcome = AuditOutcome.Refused };

    /// <summary>Shows a response. An action that failed keeps its form, so that the input is not lost.</summary>
    public static ActionOutcome Show(IResult result, AuditOutcome outcome) => new() { Outcome = outcome, Result = result };
}
