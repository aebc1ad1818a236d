using System.Text.Json.Nodes;
using Notify.Hosting.OpenApi;
using Notify.Hosting.Requests;

namespace Notify.Hosting.Jobs;

/// <summary>Reads the body that starts the pruning of stale devices.</summary>
internal static class StaleDevicesReader
{
    public const string Example = """{ "days": 90, "dryRun": true }""";

    public static JsonObject Refer(SchemaSet schemas) =>
        schemas.Refer("StaleDevices", () =>
            Schema.Object(
                "The devices to prune.",
                ["days"],
                ("days", Schema.Whole("The number of days for which a device was not seen.", min: 1, max: 3_650).NotNull()),
                ("dryRun", Schema.Flag("Whether to count the devices only. Default: false.").NotNull())
            )
        );

    public static (int Days, bool IsDryRun) Read(JsonField body)
    {
        int? days = null;
        var (isDryRun, isGiven) = (false, false);
        foreach (var field in body.Members())
        {
            switch (field.Name)
            {
                case "days":
                    (days, isGiven) = (field.Number(), true);
                    break;
                case "dryRun":
                    isDryRun = field.Flag() ?? false;
                    break;
                default:
                    field.Unknown("days", "dryRun");
                    break;
            }
        }

        if (body.IsObject && !isGiven)
            body.Missing("days", "Send the number of days for which a device was not seen, such as 90.");
        return (days ?? 0, isDryRun);
    }
}
