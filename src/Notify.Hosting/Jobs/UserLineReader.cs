using Notify.Hosting.Recipients;
using Notify.Hosting.Requests;

namespace Notify.Hosting.Jobs;

/// <summary>Reads the lines of an import of users. A line is a user as <c>PUT /v1/users/{id}</c> takes it, with its id.</summary>
internal static class UserLineReader
{
    /// <summary>Gets the columns of a CSV file.</summary>
    public static CsvColumns Columns { get; } =
        new(
            ["id", "locale", "timeZone", "quietHours.from", "quietHours.to", "properties"],
            // An address has the name of a channel, and a property any name.
            ["addresses.", "properties."],
            json: ["properties"]
        );

    public static User Read(JsonField line, string tenant)
    {
        var id = line.Members().FirstOrDefault(field => field.Name == "id")?.Text();
        var user = UserReader.Read(line, tenant, id ?? "");
        if (id is null)
            line.Missing("id", "Send the id of the user.");
        // The properties refer to the document, which is disposed with the line.
        return user with { Properties = user.Properties?.Clone() };
    }
}
