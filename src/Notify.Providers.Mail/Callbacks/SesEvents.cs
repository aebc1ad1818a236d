using System.Text.Json;

namespace Notify.Providers.Mail.Callbacks;

/// <summary>Reads the events that Amazon SES publishes.</summary>
internal static class SesEvents
{
    /// <summary>Reads an event; null if there is nothing to record.</summary>
    /// <param name="json">The event.</param>
    /// <param name="id">The id of the message of SNS, which is the same when it is sent again.</param>
    /// <param name="now">The time of an event without one.</param>
    public static VendorEvent? Read(JsonElement json, string id, DateTimeOffset now) =>
        (json.FindText("eventType") ?? json.FindText("notificationType")) switch
        {
            "Delivery" => Create(json, "delivery", id, now, ReceiptKind.Delivered) with
            {
                Recipients = [.. json.Find("delivery").FindItems("recipients").Select(EventJson.AsText).OfType<string>()],
            },
            "Open" => Create(json, "open", id, now, ReceiptKind.Opened),
            "Click" => Create(json, "click", id, now, ReceiptKind.Clicked),
            "Reject" => Create(json, "reject", id, now, ReceiptKind.Bounced) with
            {
                Detail = BounceText.Describe("rejected", json.Find("reject").FindText("reason")),
            },
            "Bounce" => ReadBounce(json, id, now),
            "Complaint" => ReadComplaint(json, id, now),
            // Send, DeliveryDelay: SES still tries.
            _ => null,
        };

    private static VendorEvent ReadBounce(JsonElement json, string id, DateTimeOffset now)
    {
        var bounce = json.Find("bounce");
        JsonElement[] recipients = [.. bounce.FindItems("bouncedRecipients")];
        var first = recipients.FirstOrDefault();
        return Create(json, "bounce", id, now, ReceiptKind.Bounced) with
        {
            Recipients = FindAddresses(recipients),
            Detail = BounceText.Describe(
                bounce.FindText("bounceType") == "Permanent" ? "hard bounce" : "soft bounce",
                bounce.FindText("bounceSubType"),
                BounceText.FindStatus(first.FindText("status") ?? first.FindText("diagnosticCode"))
            ),
        };
    }

    private static VendorEvent? ReadComplaint(JsonElement json, string id, DateTimeOffset now)
    {
        var complaint = json.Find("complaint");
        // The recipient took the complaint back.
        if (complaint.FindText("complaintFeedbackType") == "not-spam")
            return null;

        var read = Create(json, "complaint", id, now, ReceiptKind.Complained) with
        {
            Recipients = FindAddresses(complaint.FindItems("complainedRecipients")),
            Detail = complaint.FindText("complaintFeedbackType") is { } type ? BounceText.Describe("complaint", type) : null,
            IsOptOut = true,
        };
        // SES did not send it, because of an earlier complaint.
        return complaint.FindText("complaintSubType") == "OnAccountSuppressionList"
            ? read with
            {
                Kind = ReceiptKind.Bounced,
                Detail = "dropped: OnAccountSuppressionList",
            }
            : read;
    }

    private static VendorEvent Create(JsonElement json, string part, string id, DateTimeOffset now, ReceiptKind kind)
    {
        var (mail, tags) = (json.Find("mail"), json.Find("mail").Find("tags"));
        return new VendorEvent
        {
            Reference = ReferenceParts.Join(name => tags.FindItems(name).FirstOrDefault().AsText()),
            Kind = kind,
            At = json.Find(part).FindTime("timestamp") ?? mail.FindTime("timestamp") ?? now,
            Id = id,
        };
    }

    private static string[] FindAddresses(IEnumerable<JsonElement> recipients) =>
        [.. recipients.Select(recipient => recipient.FindText("emailAddress")).OfType<string>()];
}
