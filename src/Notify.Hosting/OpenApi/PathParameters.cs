namespace Notify.Hosting.OpenApi;

/// <summary>The parameters in paths. The name of a parameter identifies it.</summary>
internal static class PathParameters
{
    public const string In = "path";

    private static readonly Dictionary<string, (string Description, string Example)> Known = new(StringComparer.Ordinal)
    {
        ["id"] = ("The id of the resource.", "0197a5c1-0c0e-7a53-9a3b-5d2f1c6e8b04"),
        ["userId"] = ("The id of the user.", "ada"),
        ["topic"] = ("The name of the topic.", "news"),
        ["name"] = ("The name of the resource.", "order-shipped"),
        ["version"] = ("The number of the version.", "2"),
        ["provider"] = ("The name of the provider.", "twilio"),
        ["token"] = ("The token of the link.", "CfDJ8"),
        ["code"] = ("The code of the problem.", "invalid_request"),
    };

    public static ApiParameter Get(string name)
    {
        var (description, example) = Known[name];
        return new ApiParameter(name, In, _ => Schema.Text(description, example).Limit(1, 4_096));
    }
}
