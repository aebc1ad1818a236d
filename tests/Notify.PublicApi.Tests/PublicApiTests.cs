using System.Reflection;

namespace Notify.PublicApi.Tests;

/// <summary>
/// What a package shows to its users is a file that is reviewed: src/PACKAGE/PublicApi.txt. After an intended change, run the
/// tests once with NOTIFY_UPDATE_PUBLIC_API=1 and review the difference.
/// </summary>
public sealed class PublicApiTests
{
    private static readonly string Root = Metadata("RepositoryRoot");

    public static TheoryData<string> Packages =>
        [
            .. Directory
                .GetDirectories(Path.Combine(Root, "src"))
                .Select(folder => Path.GetFileName(folder))
                .Where(IsBuilt)
                .Order(),
        ];

    [Theory]
    [MemberData(nameof(Packages))]
    public void A_package_shows_what_its_file_says(string package)
    {
        var file = Path.Combine(Root, "src", package, "PublicApi.txt");
        var actual = string.Join('\n', PublicApi.Of(Assembly.Load(package))) + "\n";
        if (Environment.GetEnvironmentVariable("NOTIFY_UPDATE_PUBLIC_API") == "1")
            File.WriteAllText(file, actual);

        Assert.True(File.Exists(file), $"{file} is missing.");
        Assert.Equal(File.ReadAllText(file), actual);
    }

    private static bool IsBuilt(string package) =>
        Metadata("VendorClients") == "true"
        || !File.ReadAllText(Path.Combine(Root, "src", package, $"{package}.csproj"))
            .Contains("<NeedsVendorClients>true", StringComparison.Ordinal);

    private static string Metadata(string key) =>
        typeof(PublicApiTests)
            .Assembly.GetCustomAttributes<AssemblyMetadataAttribute>()
            .Single(attribute => attribute.Key == key)
            .Value!;
}
