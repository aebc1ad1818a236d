using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.RegularExpressions;
using Notify.Storage.PostgreSql.Schema;

namespace Notify.Storage.PostgreSql.Tests;

/// <summary>
/// The rules for schema steps, without a database. docs/how-to/upgrade.md explains them: a step that only adds lets the previous
/// version work on, and any other step refuses the previous version.
/// </summary>
public sealed partial class SchemaStepTests
{
    /// <summary>
    /// Steps that change a table, and with which an older version works on nevertheless. <see cref="MigrationTests"/> runs one
    /// beside them.
    /// </summary>
    private static readonly int[] Proven = [4, 6];

    private static readonly IReadOnlyList<string> Steps = new SchemaUpgrade("notify").Steps;

    /// <summary>The steps that the version knows that eng/previous-version.sh builds.</summary>
    private const int Known = 19;

    private const string DigestOfKnown = "048f561df8fc678e9d77654ac593a1c9a29b295af89f86fbea899a4356603f92";

    [Fact]
    public void A_step_that_does_not_only_add_refuses_older_versions()
    {
        var missing = Enumerable
            .Range(1, Steps.Count)
            .Where(number => !Proven.Contains(number) && FindChange(Steps[number - 1]) is not null)
            .Where(number => !Steps[number - 1].Contains($"SET oldest = {number};", StringComparison.Ordinal))
            .Select(number => $"Step {number} contains '{FindChange(Steps[number - 1])}' and does not set oldest to {number}.");

        Assert.Empty(missing);
    }

    /// <summary>A step that was renumbered, and that refuses the version before its old number, is found too.</summary>
    [Fact]
    public void A_step_refuses_versions_by_its_own_number() =>
        Assert.All(
            Steps.Select((step, index) => (Step: step, Number: (index + 1).ToString(CultureInfo.InvariantCulture))),
            step => Assert.All(Oldest().Matches(step.Step), match => Assert.Equal(step.Number, match.Groups[1].Value))
        );

    /// <summary>
    /// A database that an earlier version has upgraded does not run the step again, so a change would never reach it. Add a step
    /// instead.
    /// </summary>
    [Fact]
    public void The_steps_of_the_previous_version_are_unchanged()
    {
        var known = string.Join('\n', Steps.Take(Known)).ReplaceLineEndings("\n");

        Assert.Equal(DigestOfKnown, Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(known))));
    }

    [Theory]
    [InlineData("ALTER TABLE notify.device DROP CONSTRAINT device_pkey")]
    [InlineData("ALTER TABLE notify.device ADD PRIMARY KEY (tenant, id)")]
    [InlineData("ALTER TABLE notify.device ADD COLUMN name text NOT NULL")]
    [InlineData("ALTER TABLE notify.device ALTER COLUMN name TYPE bytea")]
    [InlineData("ALTER TABLE notify.device RENAME COLUMN name TO title")]
    [InlineData("DROP TABLE notify.device")]
    [InlineData("CREATE UNIQUE INDEX device_name ON notify.device (name)")]
    [InlineData("UPDATE notify.device SET name = lower(name)")]
    [InlineData("INSERT INTO notify.device AS d (id) VALUES (1) ON CONFLICT (id) DO UPDATE SET name = d.name")]
    public void A_change_is_recognized(string change) =>
        Assert.NotNull(FindChange($"CREATE TABLE notify.other (id uuid PRIMARY KEY); {change};"));

    [Theory]
    [InlineData("ALTER TABLE notify.device ADD COLUMN name text")]
    [InlineData("ALTER TABLE notify.device ADD COLUMN name text NOT NULL DEFAULT ''")]
    [InlineData("CREATE INDEX device_name ON notify.device (name)")]
    [InlineData("CREATE UNIQUE INDEX other_id ON notify.other (id)")]
    [InlineData("INSERT INTO notify.other SELECT id FROM notify.device")]
    [InlineData("INSERT INTO notify.other (id) VALUES (1) ON CONFLICT (id) DO UPDATE SET id = excluded.id")]
    public void An_addition_is_none(string addition) =>
        Assert.Null(FindChange($"CREATE TABLE notify.other (id uuid PRIMARY KEY); {addition};"));

    /// <summary>Returns the first part of a step that an older version may not work with, or null if it only adds.</summary>
    private static string? FindChange(string step)
    {
        var sql = Comment().Replace(step, "").Replace("\"", "", StringComparison.Ordinal);
        var created = Created().Matches(sql).Select(match => match.Groups[1].Value).ToHashSet();
        return Change()
            .Matches(sql)
            .FirstOrDefault(match =>
                !created.Contains(match.Groups["table"].Value) && match.Groups["table"].Value != "notify.schema_version"
            )
            ?.Value;
    }

    [GeneratedRegex("--[^\n]*")]
    private static partial Regex Comment();

    [GeneratedRegex("""CREATE TABLE (?:IF NOT EXISTS )?([\w.]+)""")]
    private static partial Regex Created();

    [GeneratedRegex(
        """
            DROP\ TABLE\ (?<table>[\w.]+)
            | CREATE\ UNIQUE\ INDEX\ \w+\ ON\ (?<table>[\w.]+)
            | INSERT\ INTO\ (?<table>[\w.]+)[^;]*?DO\ UPDATE
            | (?<!DO\ )UPDATE\ (?<table>[\w.]+) | DELETE\ FROM\ (?<table>[\w.]+)
            | ALTER\ TABLE\ (?<table>[\w.]+)[^;]*?
                (?:DROP\s | RENAME\s | ALTER\ COLUMN\s | ADD\ PRIMARY | ADD\ CONSTRAINT | ADD\ UNIQUE | ATTACH\s
                | ADD\ COLUMN\ \w+\ (?:(?!DEFAULT)[^,;])*NOT\ NULL(?![^,;]*DEFAULT))
            """,
        RegexOptions.IgnorePatternWhitespace
    )]
    private static partial Regex Change();

    [GeneratedRegex("""SET oldest = (\d+)""")]
    private static partial Regex Oldest();
}
