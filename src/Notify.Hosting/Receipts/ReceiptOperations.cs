using System.Text.Json.Nodes;
using Notify.Core.Receipts;
using Notify.Hosting.OpenApi;

namespace Notify.Hosting.Receipts;

/// <summary>Describes the endpoints of receipts, and the schema of what <see cref="ReceiptReader"/> reads.</summary>
internal static class ReceiptOperations
{
    private const string Tag = "receipts";

    public static ApiOperation Add { get; } =
        new("addReceipts", Tag, "Stores receipts that vendors and apps report after a delivery was sent.")
        {
            Scope = ApiScope.Send,
            IsOnlyLive = true,
            Body = Refer,
            BodyExample = """
                { "receipts": [{ "deliveryId": "0197a5c1-0c0e-7a53-9a3b-5d2f1c6e8b04", "kind": "opened" }] }
                """,
            IsIdempotent = true,
            Responses =
            [
                ApiResponse.Ok(() => ReceiptsJson.Default.ReceiptsView, "What was stored.", """{ "kept": 1, "unknown": [] }"""),
            ],
        };

    public static ApiOperation Callback { get; } =
        new("receiveCallback", Tag, "Stores receipts in the format of a vendor, whose signature replaces the key.")
        {
            Description = "Further query parameters are allowed.",
            IsOpen = true,
            ForeignBodies = ["*/*"],
            Problems =
            [
                ProblemCodes.UnreadableCallback,
                ProblemCodes.InvalidSignature,
                ProblemCodes.ProviderNotFound,
                ProblemCodes.CallbackNotVerified,
            ],
            Responses = [ApiResponse.NoContent("The receipts are stored.")],
        };

    private static JsonObject Refer(SchemaSet schemas) =>
        schemas.Refer("ReceiptsReport", () =>
            Schema.Object(
                "Receipts to store.",
                ["receipts"],
                (
                    "receipts",
                    Schema.List("The receipts.", schemas.Refer("ReceiptReport", Create), max: ReceiptRecorder.MaxReceipts)
                )
            )
        );

    private static JsonObject Create() =>
        Schema.Object(
            "A receipt to store.",
            ["deliveryId", "kind"],
            ("deliveryId", Schema.Formatted("uuid", "The id of the delivery.", "0197a5c1-0c0e-7a53-9a3b-5d2f1c6e8b04")),
            ("kind", Schema.Choice("The kind of receipt.", ReceiptKind.WellKnown.Select(kind => kind.Name))),
            ("at", Schema.Time("When it happened. The default is now, and a later time counts as now.")),
            (
                "detail",
                Schema.Text("What the vendor says about it.", "550 mailbox full").Limit(0, ReceiptRecorder.MaxDetailLength)
            ),
            (
                "eventId",
                Schema
                    .Text("The id of the event. An event that is reported again is stored once.", "open-1")
                    .Limit(1, ReceiptRecorder.MaxEventIdLength)
                    .Match("^[!-~]+$")
            )
        );
}
